/** The used heap after a garbage collection, in MB, read through the inspector. */
export async function heapUsageOf(inspectorPort: number): Promise<number> {
  const targets = (await (await fetch(`http://127.0.0.1:${inspectorPort}/json`)).json()) as [
    { webSocketDebuggerUrl: string },
  ];
  const socket = new WebSocket(targets[0].webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  let id = 0;
  const ask = (method: string, params: object = {}) => {
    const mine = ++id;
    socket.send(JSON.stringify({ id: mine, method, params }));
    return new Promise<{ result?: { usedSize?: number } }>((resolve) => {
      socket.addEventListener("message", ({ data }) => {
        const answer = JSON.parse(String(data)) as { id?: number; result?: { usedSize?: number } };
        if (answer.id === mine) resolve(answer);
      });
    });
  };
  await ask("HeapProfiler.collectGarbage");
  const { result } = await ask("Runtime.getHeapUsage");
  socket.close();
  return (result?.usedSize ?? Number.NaN) / 1024 / 1024;
}
