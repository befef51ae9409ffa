import { useInViewport } from "@mantine/hooks";
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { DocumentCard } from "./document-card.tsx";
import { FileError } from "./file-error.tsx";
import { type AttachedFile, formatSeconds } from "./file-labels.ts";
import css from "./files.module.css";
import { useMessageFile } from "./use-message-file.ts";

const SPEEDS = [1, 1.5, 2];

/** Fetched when it comes into view, for its length; a recording that goes on as another begins is stopped. */
export function AudioPlayer({ file }: { file: AttachedFile }) {
  const loaded = useMessageFile(file.url);
  const { ref: nearRef, inViewport } = useInViewport<HTMLDivElement>();
  const audio = useRef<HTMLAudioElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [length, setLength] = useState<number | null>(null);
  const [position, setPosition] = useState(0);
  const [speed, setSpeed] = useState(1);
  if (loaded.word === "failed") return <FileError {...loaded} />;
  if (loaded.word === "unshowable")
    return <DocumentCard box={loaded.box} file={file} note="This browser cannot play it." />;
  const toggle = () => {
    const player = audio.current;
    if (!player) return;
    if (!player.paused) return player.pause();
    for (const other of document.querySelectorAll<HTMLMediaElement>("audio, video")) other.pause();
    // What goes wrong then is the element's own error event.
    player.play().catch(() => {});
  };
  const changeSpeed = () => {
    const next = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1;
    setSpeed(next);
    if (audio.current) audio.current.playbackRate = next;
  };
  const jump = (seconds: number) => {
    setPosition(seconds);
    if (audio.current) audio.current.currentTime = seconds;
  };
  return (
    <div ref={loaded.box}>
      <div ref={nearRef} className={css.player}>
        {/* biome-ignore lint/a11y/useMediaCaption: what customers say has no captions */}
        <audio
          key={loaded.attempt}
          ref={audio}
          src={file.url}
          preload={inViewport || loaded.word === "ready" ? "metadata" : "none"}
          onLoadedMetadata={(event) => {
            const { duration } = event.currentTarget;
            setLength(Number.isFinite(duration) ? duration : null);
            event.currentTarget.playbackRate = speed;
            loaded.onReady();
          }}
          onDurationChange={({ currentTarget: { duration } }) =>
            setLength(Number.isFinite(duration) ? duration : null)
          }
          onError={loaded.onError}
          onPlay={() => setPlaying(true)}
          onPause={() => setPlaying(false)}
          onEnded={() => jump(0)}
          onTimeUpdate={(event) => setPosition(event.currentTarget.currentTime)}
        />
        <button
          type="button"
          className={css.play}
          aria-label={isPlaying ? "Pause the voice message" : "Play the voice message"}
          onClick={toggle}
        >
          {isPlaying ? (
            <IconPlayerPauseFilled size={16} aria-hidden />
          ) : (
            <IconPlayerPlayFilled size={16} aria-hidden />
          )}
        </button>
        <input
          type="range"
          className={css.track}
          aria-label="Position in the voice message"
          aria-valuetext={`${formatSeconds(position)} of ${length === null ? "unknown" : formatSeconds(length)}`}
          min={0}
          max={length ?? 1}
          step={0.1}
          value={Math.min(position, length ?? 1)}
          onChange={(event) => jump(Number(event.currentTarget.value))}
        />
        <span className={css.clock}>
          {length === null ? "–:––" : formatSeconds(isPlaying || position > 0 ? position : length)}
        </span>
        <button type="button" className={css.speed} aria-label={`Speed ${speed}`} onClick={changeSpeed}>
          {speed}×
        </button>
      </div>
    </div>
  );
}
