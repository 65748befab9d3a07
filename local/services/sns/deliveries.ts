import type { OutgoingMail } from '../../mailbox/mail.ts'
import type { Notification, Protocol, Subscription } from './topic.ts'

export interface DeliveryCallbacks {
  /** Puts a mail where people find it. */
  deliverMail(mail: OutgoingMail): unknown
  /** Hands the event to the function; rejects when it cannot be handed over. */
  invokeFunction(functionArn: string, payload: string): Promise<unknown>
}

type Delivery = (
  notification: Notification,
  subscription: Subscription,
  callbacks: DeliveryCallbacks,
) => Promise<unknown>

const DELIVERIES: Record<Protocol, Delivery> = {
  email: async (notification, subscription, { deliverMail }) =>
    deliverMail({
      ...envelope(notification, subscription),
      body: `${messageFor(notification, 'email')}\n\n${footer(subscription)}`,
    }),
  'email-json': async (notification, subscription, { deliverMail }) => {
    const document = describe(notification, messageFor(notification, 'email-json'))
    deliverMail({ ...envelope(notification, subscription), body: JSON.stringify(document, null, 2) })
  },
  lambda: async (notification, subscription, { invokeFunction }) => {
    const { SigningCertURL, ...described } = describe(notification, messageFor(notification, 'lambda'))
    const Sns = {
      ...described,
      SigningCertUrl: SigningCertURL,
      UnsubscribeUrl: subscription.arn,
      MessageAttributes: notification.attributes,
    }
    const record = { EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: subscription.arn, Sns }
    return invokeFunction(subscription.endpoint, JSON.stringify({ Records: [record] }))
  },
}

/** Sends a message to one subscription. */
export const deliverNotification: Delivery = (notification, subscription, callbacks) =>
  DELIVERIES[subscription.protocol](notification, subscription, callbacks)

function messageFor({ message, messages }: Notification, protocol: Protocol): string {
  return messages[protocol] ?? messages.default ?? message
}

function envelope({ topic, subject }: Notification, { endpoint }: Subscription): Omit<OutgoingMail, 'body'> {
  const from = `${topic.displayName || 'AWS Notifications'} <no-reply@sns.amazonaws.com>`
  return { from, to: endpoint, subject: subject ?? 'AWS Notification Message' }
}

function footer({ arn }: Subscription): string {
  return `--\nIf you wish to stop receiving notifications from this topic:\naws sns unsubscribe --subscription-arn ${arn}\n`
}

/** The fields of a notification; nobody checks a signature on a laptop. */
function describe({ messageId, topic, subject, timestamp }: Notification, Message: string) {
  return {
    Type: 'Notification',
    MessageId: messageId,
    TopicArn: topic.arn,
    Subject: subject ?? null,
    Message,
    Timestamp: timestamp,
    SignatureVersion: '1',
    Signature: 'none',
    SigningCertURL: 'none',
  }
}
