/** The ceiling: node:http with one fixed answer, whoever asks. */
import { createServer } from 'node:http';

const body = '{"clientId":"lk_id_0000000000000000"}';
const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };

createServer((_request, response) => {
  response.writeHead(200, headers);
  response.end(body);
}).listen(Number(process.env.PORT), '127.0.0.1');
