import { createServer } from "node:http";

/** Of a message as Slack takes it. */
export interface Message {
  title: string;
  text: string;
}

export interface AlertReceiver {
  url: string;
  /** Messages so far. */
  messages: Message[];
  close(): void;
}

/** A webhook on 127.0.0.1, in place of a chat. */
export async function receiveAlerts(): Promise<AlertReceiver> {
  const messages: Message[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      const { text: title, blocks } = JSON.parse(text);
      messages.push({ title, text: blocks[0].text.text });
      response.end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}/`, messages, close: () => void server.close() };
}
