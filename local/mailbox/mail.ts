/** A mail as its sender wrote it. */
export interface OutgoingMail {
  from: string
  to: string
  subject: string
  /** Plain text. */
  body: string
}

/** A mail in the box. */
export interface Mail extends OutgoingMail {
  /** Sorts by arrival. */
  id: string
  /** ISO 8601. */
  receivedAt: string
}
