import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";

interface ReceivedMail {
  /** Who it is handed over for. */
  to: string[];
  /** Head and body as they came. */
  text: string;
}

/** A mail server that keeps what it is given, or takes nothing. */
export async function startMailServer() {
  const mails: ReceivedMail[] = [];
  let isOpen = true;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    let mail: ReceivedMail = { to: [], text: "" };
    let waiting = "";
    let isData = false;
    const say = (line: string) => socket.write(`${line}\r\n`);
    const hear = (line: string) => {
      if (isData) {
        if (line !== ".") {
          mail.text += `${line.replace(/^\./, "")}\n`;
          return;
        }
        isData = false;
        mails.push(mail);
        mail = { to: [], text: "" };
        say("250 Kept");
      } else if (/^RCPT TO:/i.test(line)) {
        mail.to.push(/<(.*)>/.exec(line)?.[1] ?? "");
        say(isOpen ? "250 Go on" : "550 No such person");
      } else if (/^DATA/i.test(line)) {
        isData = true;
        say("354 Write");
      } else if (/^QUIT/i.test(line)) {
        say("221 Bye");
        socket.end();
      } else say("250 Yes");
    };
    say("220 mail.example.org");
    socket.setEncoding("utf8").on("data", (chunk) => {
      waiting += chunk;
      const lines = waiting.split("\r\n");
      waiting = lines.pop() ?? "";
      for (const line of lines) hear(line);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}?from=desk@example.org`,
    mails,
    setOpen: (open: boolean) => {
      isOpen = open;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
