import { readBodyLength } from "./message-metadata.ts";

export interface Message {
  /** With its prefix. */
  whole: Buffer;
  metadata: Buffer;
  body: Buffer;
}

/** Cuts a stream of Arrow into its messages; the mark at its end is none. */
export function splitMessages(stream: Uint8Array): Message[] {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.byteLength);
  const messages: Message[] = [];
  let at = 0;
  while (at + 8 <= bytes.length) {
    const bodyAt = at + 8 + bytes.readInt32LE(at + 4);
    if (bodyAt === at + 8) break;
    const metadata = bytes.subarray(at + 8, bodyAt);
    const end = bodyAt + readBodyLength(metadata);
    messages.push({ whole: bytes.subarray(at, end), metadata, body: bytes.subarray(bodyAt, end) });
    at = end;
  }
  return messages;
}
