/** SQL that holds for rows of the outbox that no relay has noted as sent. */
export const UNSENT = 'publish_seq IS NULL OR publish_seq > (SELECT sent_seq FROM outbox_progress)';
