import { PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { PublishCommand } from '@aws-sdk/client-sns'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { events } from '../../shared/aws/events.ts'
import { sns } from '../../shared/aws/sns.ts'
import { TransientError } from '../../shared/errors.ts'
import type { Story } from './lifecycle.ts'

/** SNS takes printable ASCII only in a subject, at most 100 characters, and no line breaks. */
const LONGEST_SUBJECT = 100

/** Puts the event on the bus, then publishes the mail where one is wanted. */
export async function sendStory(
  { eventBus, topicArn }: { eventBus: string; topicArn: string },
  { detailType, event, mail }: Story,
): Promise<void> {
  const entry = { EventBusName: eventBus, Source: 'darkroom', DetailType: detailType, Detail: JSON.stringify(event) }
  const { FailedEntryCount, Entries } = await withTransientErrors(() =>
    events.send(new PutEventsCommand({ Entries: [entry] })),
  )
  if (FailedEntryCount) throw new TransientError(`EventBridge refused the event: ${Entries?.[0]?.ErrorCode}`)
  if (!mail) return
  const { subject, body } = mail
  const publish = new PublishCommand({ TopicArn: topicArn, Subject: safeSubject(subject), Message: safeMessage(body) })
  await withTransientErrors(() => sns.send(publish))
}

/** The subject as SNS takes it. */
export function safeSubject(subject: string): string {
  const ascii = subject.replace(/[^\x20-\x7e]+/g, '?')
  return ascii.length > LONGEST_SUBJECT ? `${ascii.slice(0, LONGEST_SUBJECT - 3)}...` : ascii
}

/** The body without halves of characters, which what was cut to a length may have and no request can carry. */
export function safeMessage(body: string): string {
  return body.replace(/\p{Cs}/gu, '\ufffd')
}
