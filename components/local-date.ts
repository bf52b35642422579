/** The end of a day where the reader is, from what a date input holds; null when that is no date. */
export function endOfDay(date: string): Date | null {
  const time = new Date(`${date}T23:59:59.999`);
  return Number.isNaN(time.getTime()) ? null : time;
}

/** The local date of a time, as a date input spells it. */
export function dateOf(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(time.getFullYear()).padStart(4, '0')}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}
