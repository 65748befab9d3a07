import type { EndpointRecord } from '../../shared/endpoints/endpoint-record.ts'
import { contractTime } from '../../shared/http/contract-time.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'

/** A row of `GET /endpoints` in the contract's form: numbers are strings, absent values null. What the contract does not have comes after it. */
export function toRow(record: EndpointRecord): JsonObject {
  return {
    EndpointDeploymentJobId: record.id,
    autoscaling: record.autoscaling,
    max_instance_number: String(record.maxInstances),
    startTime: contractTime(record.startedAt),
    status: null,
    instance_type: record.instanceType,
    current_instance_count: String(record.currentInstanceCount ?? 0),
    endTime: timeOrNull(record.inServiceAt ?? record.endedAt),
    endpoint_status: record.status,
    endpoint_name: record.name,
    error: record.reason ? `${record.reason.error}: ${record.reason.cause}` : null,
    endpoint_type: record.endpointType,
    owner_group_or_role: record.roles,
    min_instance_number: String(record.minInstances),
    custom_extensions: '',
    backend: record.backend,
    image_uri: record.imageUri,
    model: record.packageName ?? null,
    model_id: record.modelId ?? null,
    instance_count: String(record.instanceCount),
    idle_hours: record.idleHours === undefined ? null : String(record.idleHours),
    last_used: timeOrNull(record.lastUsedAt),
    created_by: record.createdBy,
    execution: record.executionArn,
  }
}

/** The endpoint in the answers of `POST` and `PATCH`, where the contract has numbers. */
export function toDetail(record: EndpointRecord): JsonObject {
  return { ...toRow(record), max_instance_number: record.maxInstances, min_instance_number: record.minInstances }
}

function timeOrNull(iso: string | undefined): string | null {
  return iso === undefined ? null : contractTime(iso)
}
