/** Number of live streams open on the server, from its metrics. */
export async function countLiveStreams(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^waystation_live_streams (\d+)$/m.exec(text)?.[1]);
}
