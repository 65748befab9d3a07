import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { type Clock, isoTime } from '../../shared/clock.ts'

/** Who announces a job, kept on its record. */
export interface Announcement {
  eventId: string
  claimedAt: string
  sentAt?: string
}

/** Which record, of which table. */
export interface RecordAddress {
  table: string
  id: string
}

/** `busy`: another delivery of the event is announcing right now. `done`: it is announced. */
export type Claim = { state: 'mine'; announcement: Announcement } | { state: 'busy' } | { state: 'done' }

/** Longer than the function may run, so that a claim is taken over only from one that died. */
const LEASE_MS = 75_000

/**
 * Claims the announcement of a job for this delivery. EventBridge delivers at least once and may deliver twice at the same
 * time; the claim is a conditional write, so one delivery sends and the others know.
 */
export async function claimAnnouncement(address: RecordAddress, eventId: string, clock: Clock): Promise<Claim> {
  const now = clock.now()
  const announcement = { eventId, claimedAt: isoTime(now) }
  try {
    await updateAnnouncement(address, {
      expression: 'SET announcement = :mine',
      condition:
        'attribute_exists(id) AND (attribute_not_exists(announcement) OR (attribute_not_exists(announcement.sentAt) AND announcement.claimedAt < :leaseStart))',
      values: { ':mine': announcement, ':leaseStart': isoTime(now - LEASE_MS) },
    })
    return { state: 'mine', announcement }
  } catch (error) {
    if (!isConditionFailure(error)) throw error
    return { state: (await isSentOrGone(address)) ? 'done' : 'busy' }
  }
}

/** Notes that everything is sent: nothing will ever be sent again for this record. */
export async function confirmAnnouncement(address: RecordAddress, mine: Announcement, clock: Clock): Promise<void> {
  await updateAnnouncement(address, {
    expression: 'SET announcement.sentAt = :now',
    condition: 'announcement.claimedAt = :claimedAt AND announcement.eventId = :eventId',
    values: { ':now': isoTime(clock.now()), ...claimValues(mine) },
  })
}

/** Gives the claim back after a failure, so that the next delivery need not wait for the lease. */
export async function releaseAnnouncement(address: RecordAddress, mine: Announcement): Promise<void> {
  await updateAnnouncement(address, {
    expression: 'REMOVE announcement',
    condition:
      'announcement.claimedAt = :claimedAt AND announcement.eventId = :eventId AND attribute_not_exists(announcement.sentAt)',
    values: claimValues(mine),
  })
}

interface AnnouncementUpdate {
  expression: string
  condition: string
  values: Record<string, unknown>
}

async function updateAnnouncement({ table, id }: RecordAddress, update: AnnouncementUpdate): Promise<void> {
  const command = new UpdateCommand({
    TableName: table,
    Key: { id },
    UpdateExpression: update.expression,
    ConditionExpression: update.condition,
    ExpressionAttributeValues: update.values,
  })
  await withTransientErrors(() => dynamodb.send(command))
}

async function isSentOrGone({ table, id }: RecordAddress): Promise<boolean> {
  const get = new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true })
  const { Item } = await withTransientErrors(() => dynamodb.send(get))
  const announcement: Announcement | undefined = Item?.announcement
  return Item === undefined || announcement?.sentAt !== undefined
}

function claimValues({ eventId, claimedAt }: Announcement): Record<string, string> {
  return { ':eventId': eventId, ':claimedAt': claimedAt }
}
