import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Comment {
  id: number;
  user: { login: string };
  body: string;
}

export interface GithubReceiver {
  url: string;
  /** Of the one pull request there is, oldest first. */
  comments: Comment[];
  /** Method and path of every request. */
  requests: string[];
  close(): Promise<void>;
}

/** Comments of one pull request, by the part of GitHub's API that the workflow calls; all else is 404. */
export async function startGithubReceiver(token: string): Promise<GithubReceiver> {
  const comments: Comment[] = [];
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    requests.push(`${request.method} ${url.pathname}${url.search}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isOurs = request.headers.authorization === `Bearer ${token}`;
    const [status, answer] = isOurs
      ? answerRequest(comments, request.method ?? "", url, Buffer.concat(chunks).toString())
      : [401, { message: "Bad credentials" }];
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments,
    requests,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function answerRequest(comments: Comment[], method: string, url: URL, body: string): [number, unknown] {
  const { pathname, searchParams } = url;
  if (pathname === "/repos/example/data/issues/7/comments") {
    if (method === "GET") return [200, pickPage(comments, searchParams)];
    const comment = buildComment(1_000 + comments.length, JSON.parse(body).body);
    comments.push(comment);
    return [201, comment];
  }
  const id = Number(/^\/repos\/example\/data\/issues\/comments\/(\d+)$/.exec(pathname)?.[1]);
  const found = comments.find((comment) => comment.id === id);
  if (method !== "PATCH" || found === undefined) return [404, { message: "Not Found" }];
  found.body = JSON.parse(body).body;
  return [200, found];
}

function buildComment(id: number, body: string): Comment {
  return { id, user: { login: "github-actions[bot]" }, body };
}

function pickPage(comments: readonly Comment[], search: URLSearchParams): Comment[] {
  const size = Number(search.get("per_page"));
  const page = Number(search.get("page"));
  return comments.slice((page - 1) * size, page * size);
}
