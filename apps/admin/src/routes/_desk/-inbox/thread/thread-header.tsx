import { IconArrowLeft, IconInfoCircle, IconUser, IconUserOff, IconUserPlus } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Ref } from "react";
import { useSession } from "../../../../components/account/session.ts";
import { contactDisplayName, contactOwnName } from "../../../../components/contact-name.ts";
import { explainError } from "../../../../components/explain-error.ts";
import { queryClient, trpc } from "../../../../trpc.ts";
import { ActionButton } from "../../../../ui/controls/action-button.tsx";
import { DropdownMenu } from "../../../../ui/controls/dropdown-menu.tsx";
import { Notice } from "../../../../ui/feedback/notice-and-tag.tsx";
import { formatAddress } from "../../../../ui/format.ts";
import css from "../inbox.module.css";
import type { ConversationDetail } from "../queries.ts";
import { PresentUsers } from "./present-users.tsx";

const refresh = () => queryClient.invalidateQueries(trpc.conversations.pathFilter());

export function useConversationActions({ id, isOpen }: ConversationDetail) {
  const { user } = useSession();
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
  conversation: ConversationDetail;
  acts: ReturnType<typeof useConversationActions>;
  headingRef: Ref<HTMLHeadingElement>;
  onDetails: () => void;
}

export function ThreadHeader({ conversation, acts, headingRef, onDetails }: ThreadHeadProps) {
  const { contact, isOpen, assignee } = conversation;
  const { user } = useSession();
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
            {contactDisplayName(contact)}
          </h2>
          {contactOwnName(contact) ? <div className={css.beneath}>{address}</div> : null}
        </div>
        <PresentUsers conversationId={conversation.id} />
        <DropdownMenu
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
        </DropdownMenu>
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
            {explainError(acts.error)}
          </Notice>
        </div>
      ) : null}
    </>
  );
}
