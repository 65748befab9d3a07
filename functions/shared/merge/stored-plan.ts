import { createHash } from 'node:crypto'
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { s3 } from '../aws/s3.ts'
import { PlanMismatchError } from '../errors.ts'
import type { MergePlan } from './plan.ts'

/** Where a plan lies and what it has to be. */
export interface PlanReference {
  bucket: string
  key: string
  sha256: string
}

/** The key of a merge's plan. */
export function planKey(mergeId: string): string {
  return `merges/${mergeId}/plan.json`
}

/** Writes the plan; the same plan gives the same object and the same SHA-256. */
export async function storePlan(bucket: string, mergeId: string, plan: MergePlan): Promise<PlanReference> {
  const body = canonicalJson(plan)
  const key = planKey(mergeId)
  const put = new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: 'application/json' })
  await withTransientErrors(() => s3.send(put))
  return { bucket, key, sha256: sha256Of(body) }
}

let lastLoaded: { sha256: string; plan: MergePlan } | undefined

/** Reads a plan; a function that is warm reads the plan of the merge at hand only once. Throws `PlanMismatch` when it is another one or gone. */
export async function loadPlan({ bucket, key, sha256 }: PlanReference): Promise<MergePlan> {
  if (lastLoaded?.sha256 === sha256) return lastLoaded.plan
  const body = await readPlan(bucket, key)
  if (body === undefined) throw new PlanMismatchError(`The plan s3://${bucket}/${key} is gone; start the merge again`)
  if (sha256Of(body) !== sha256) {
    throw new PlanMismatchError(`The plan s3://${bucket}/${key} is not the one this merge made; start the merge again`)
  }
  lastLoaded = { sha256, plan: JSON.parse(body) as MergePlan }
  return lastLoaded.plan
}

/** The file name that a merge claimed, if its plan is still there. */
export async function readPlannedName(bucket: string, mergeId: string): Promise<string | undefined> {
  const body = await readPlan(bucket, planKey(mergeId))
  return body === undefined ? undefined : (JSON.parse(body) as MergePlan).fileName
}

/** Repeatable. */
export async function deletePlan(bucket: string, mergeId: string): Promise<void> {
  await withTransientErrors(() => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: planKey(mergeId) })))
}

async function readPlan(bucket: string, key: string): Promise<string | undefined> {
  try {
    return await withTransientErrors(async () => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
      return await Body?.transformToString()
    })
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return undefined
    throw error
  }
}

/** JSON with the keys of every object sorted, so that equal plans are equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) => {
    if (typeof field !== 'object' || field === null || Array.isArray(field)) return field
    return Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
