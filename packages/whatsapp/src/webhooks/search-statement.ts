/** The search index parts of the statements in `ingest-statement.ts`. */

/** A new name replaces the folded name too; without a new name both stay. */
export const UPDATE_FOLDED_NAMES = (from: string) => `
      folded_name = case when ${from}.name is null then c.folded_name else ${from}.folded_name end,
      folded_username = case when ${from}.username is null then c.folded_username else ${from}.folded_username end`;

/** The words that the search finds messages by. */
export const INSERT_SEARCH_WORDS = `
  searched as (
    insert into message_search (organization_no, message_id, conversation_id, words)
    select s.organization_no, s.id, s.conversation_id, x.words::tsvector
    from new_messages s join fresh x on x.id = s.id where x.words is not null order by s.id
  )`;
