import { Checkbox } from "@mantine/core";
import { useState } from "react";
import type { RouterOutputs } from "../../../trpc.ts";
import { dateOnly } from "../../../ui/time.tsx";

type ApiKey = RouterOutputs["apiKeys"]["list"][number];

interface KeyChoiceProps {
  keys: ApiKey[];
  whose: string;
  onChange: (ids: string[]) => void;
}

/** Which API keys of somebody who goes are revoked: all of them, unless somebody says otherwise. */
export function ApiKeyChoice({ keys, whose, onChange }: KeyChoiceProps) {
  const [chosen, setChosen] = useState(keys.map(({ id }) => id));
  const set = (ids: string[]) => {
    setChosen(ids);
    onChange(ids);
  };
  return (
    <Checkbox.Group
      label={`Revoke API keys that ${whose} created`}
      description="A program that uses a revoked key stops working at once. Keys that you leave go on working, and whoever has a copy can use them."
      value={chosen}
      onChange={set}
    >
      <div className="stack" style={{ gap: 8, paddingTop: 8 }}>
        {keys.map(({ id, name, role, start, lastUsedAt }) => (
          <Checkbox
            key={id}
            value={id}
            label={name}
            description={`${start}…, ${role}, ${lastUsedAt ? `last used ${dateOnly(lastUsedAt)}` : "never used"}`}
          />
        ))}
      </div>
    </Checkbox.Group>
  );
}
