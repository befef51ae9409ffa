import type { AuthenticatedViewer } from "@waystation/api/trpc";

export const STREAMS_PER_SESSION = 8;
const STREAMS_PER_USER = 20;

interface StreamLimits {
  /**
   * Counts one more stream of this viewer. `close` of the oldest one is called when there are too many. Returns what is to be
   * called once the stream has ended.
   */
  add(viewer: AuthenticatedViewer, close: () => void): () => void;
}

interface Stream {
  /** An API key stands for a session: it has a user of its own. */
  sessionId: string;
  close: () => void;
}

/** Bounds the streams of this process. A browser needs one; more are left over from lost connections, or are scripts. */
export function createStreamLimits(
  perSession = STREAMS_PER_SESSION,
  perUser = STREAMS_PER_USER,
): StreamLimits {
  /** By user, oldest first. */
  const streamsByUser = new Map<string, Set<Stream>>();

  function remove(userId: string, stream: Stream): void {
    const streams = streamsByUser.get(userId);
    streams?.delete(stream);
    if (streams?.size === 0) streamsByUser.delete(userId);
  }

  return {
    add(viewer, close) {
      const { userId } = viewer;
      const sessionId = "sessionId" in viewer ? viewer.sessionId : viewer.keyId;
      const streams = streamsByUser.get(userId) ?? new Set<Stream>();
      streamsByUser.set(userId, streams);
      const ofSession = [...streams].filter((stream) => stream.sessionId === sessionId);
      const oldest =
        ofSession.length >= perSession ? ofSession[0] : streams.size >= perUser ? [...streams][0] : undefined;
      const stream = { sessionId, close };
      streams.add(stream);
      if (oldest) {
        remove(userId, oldest);
        oldest.close();
      }
      return () => remove(userId, stream);
    },
  };
}
