import { IconArrowLeft, IconInfoCircle, IconUser, IconUserOff, IconUserPlus } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Ref } from "react";
import { nameOfContact, ownNameOf } from "../../../components/contact-name.ts";
import { explain } from "../../../components/explain.ts";
import { useMe } from "../../../components/session.ts";
import { queryClient, trpc } from "../../../trpc.ts";
import { ActionButton } from "../../../ui/action-button.tsx";
import { DropMenu } from "../../../ui/drop-menu.tsx";
import { formatAddress } from "../../../ui/format.ts";
import { Notice } from "../../../ui/tone.tsx";
import css from "./inbox.module.css";
import { Present } from "./present.tsx";
import type { OpenConversation } from "./queries.ts";

const refresh = () => queryClient.invalidateQueries(trpc.conversations.pathFilter());

export function useConversationActs({ id, isOpen }: OpenConversation) {
  const { user } = useMe();
  const assign = useMutation(trpc.conversations.assign.mutationOptions({ onSuccess: refresh }));
  const resolve = useMutation(trpc.conversations.resolve.mutationOptions({ onSuccess: refresh }));
  const reopen = useMutation(trpc.conversations.reopen.mutationOptions({ onSuccess: refresh }));
  return {
    assignTo: (userId: string | null) => assign.mutate({ conversationId: id, userId }),
    assignToMe: () => assign.mutate({ conversationId: id, userId: user.id }),
    toggle: () => (isOpen ? resolve : reopen).mutate({ conversationId: id }),
    isToggling: resolve.isPending || reopen.isPending,
    error: assign.error ?? resolve.error ?? reopen.error,
    forget: () => {
      for (const each of [assign, resolve, reopen]) each.reset();
    },
  };
}

interface ThreadHeadProps {
  conversation: OpenConversation;
  acts: ReturnType<typeof useConversationActs>;
  headingRef: Ref<HTMLHeadingElement>;
  onDetails: () => void;
}

export function ThreadHead({ conversation, acts, headingRef, onDetails }: ThreadHeadProps) {
  const { contact, isOpen, assignee } = conversation;
  const { user } = useMe();
  const { data: team } = useQuery(trpc.team.list.queryOptions());
  const others = team?.members.filter((each) => each.userId !== user.id) ?? [];
  const address = formatAddress(contact.address);
  const assigned = assignee ? (assignee.id === user.id ? "You" : assignee.name) : "Unassigned";
  return (
    <>
      <div className={css.head}>
        <Link
          to="/inbox"
          search={({ message: _, ...before }) => before}
          className={css.back}
          aria-label="Back to the conversations"
        >
          <IconArrowLeft size={20} stroke={1.8} aria-hidden />
        </Link>
        <div className={css.title}>
          <h2 ref={headingRef} tabIndex={-1} dir="auto">
            {nameOfContact(contact)}
          </h2>
          {ownNameOf(contact) ? <div className={css.beneath}>{address}</div> : null}
        </div>
        <Present conversationId={conversation.id} />
        <DropMenu
          label={`Assigned to: ${assigned}`}
          className={css.assignee}
          items={[
            {
              label: "Me",
              icon: <IconUserPlus size={16} aria-hidden />,
              chosen: assignee?.id === user.id,
              onSelect: acts.assignToMe,
            },
            ...others.map((each) => ({
              label: each.name,
              icon: <IconUser size={16} aria-hidden />,
              chosen: assignee?.id === each.userId,
              onSelect: () => acts.assignTo(each.userId),
            })),
            {
              label: "Nobody",
              icon: <IconUserOff size={16} aria-hidden />,
              chosen: assignee === null,
              rule: true,
              onSelect: () => acts.assignTo(null),
            },
          ]}
        >
          <IconUser size={15} stroke={1.8} aria-hidden />
          <span>{assigned}</span>
        </DropMenu>
        <ActionButton size="xs" variant="default" loading={acts.isToggling} onClick={acts.toggle}>
          {isOpen ? "Resolve" : "Reopen"}
        </ActionButton>
        <button
          type="button"
          className={css.info}
          aria-label="About this contact"
          aria-haspopup="dialog"
          onClick={onDetails}
        >
          <IconInfoCircle size={18} stroke={1.8} aria-hidden />
        </button>
      </div>
      {acts.error ? (
        <div className={css.trouble}>
          <Notice tone="bad" role="alert" onClose={acts.forget}>
            {explain(acts.error)}
          </Notice>
        </div>
      ) : null}
    </>
  );
}
