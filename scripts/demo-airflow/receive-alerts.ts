import { createServer } from "node:http";

export interface AlertReceiver {
  url: string;
  /** Titles of the messages so far. */
  titles: string[];
  close(): void;
}

/** A webhook on 127.0.0.1, in place of a chat. */
export async function receiveAlerts(): Promise<AlertReceiver> {
  const titles: string[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      titles.push(String(JSON.parse(text).text));
      response.end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}/`, titles, close: () => void server.close() };
}
