/** Where the objects of an inference lie in the bucket; the contract's layout, which clients rely on. */

/** The A1111 parameters, put there by the client or by us. */
export function inputKey(taskType: string, id: string): string {
  return `${taskType}/infer_v2/${id}/api_param.json`
}

/** What the endpoint is given: the parameters in its backend's words. */
export function requestKey(id: string): string {
  return `inference_input/${id}.json`
}

/** The reply of a real-time endpoint; an async one names its own object under the same prefix. */
export function replyKey(id: string): string {
  return `sagemaker_output/${id}.out`
}

/** The prefix of everything that an inference makes. */
export function resultPrefix(id: string): string {
  return `out/${id}/`
}

/** One image of the result. */
export function imageKey(id: string, name: string): string {
  return `${resultPrefix(id)}result/${name}`
}

/** What is told about the images: the container's `info` and `parameters`. */
export function paramsKey(id: string): string {
  return imageKey(id, `${id}_param.json`)
}

/** `s3://bucket/key` taken apart; undefined when it is not of that form. */
export function parseLocation(location: string): { bucket: string; key: string } | undefined {
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(location)
  return match ? { bucket: match[1] as string, key: match[2] as string } : undefined
}
