import { notFound } from 'next/navigation';
import { eventCsvLines, eventCsvTitles } from '@/lib/audit/csv';
import { type EventExport, exportEvents } from '@/lib/audit/queries';
import { type EventParameters, parseEventFilter } from '@/lib/audit/schema';
import { requireViewer } from '@/lib/auth/viewer';
import { problem } from '@/lib/http/problem';

/** What the filter matches as a CSV file, which is read from the database as fast as it is downloaded. */
export async function GET(request: Request): Promise<Response> {
  const viewer = await requireViewer();
  const { filter, problems } = parseEventFilter(parametersOf(request.url));
  const found = await exportEvents(viewer, filter);
  if (!found) notFound();
  // A file does not say that it holds more than was asked for.
  if (problems.length > 0) return invalidFilter(problems);
  const name = `events-${found.tenantSlug}-${found.now.toISOString().slice(0, 10)}.csv`;
  return new Response(streamOf(found.batches), {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="${name}"`,
      'Cache-Control': 'no-store',
    },
  });
}

function streamOf(batches: EventExport['batches']): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(eventCsvTitles));
    },
    async pull(controller) {
      const { value, done } = await batches.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(eventCsvLines(value)));
    },
    // The client went away.
    async cancel() {
      await batches.return();
    },
  });
}

/** As a page gets them: a name that is given twice has a list. */
function parametersOf(url: string): EventParameters {
  const { searchParams } = new URL(url);
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => {
      const values = searchParams.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

function invalidFilter(problems: string[]): Response {
  const { status, headers, body } = problem({
    status: 400,
    type: 'invalid_filter',
    title: 'Invalid filter',
    detail: problems.join(' '),
  });
  return new Response(body, { status, headers });
}
