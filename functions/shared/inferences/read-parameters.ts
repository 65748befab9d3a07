import { InvalidRequestError } from '../errors.ts'
import type { JsonObject } from '../http/json-body.ts'
import { readObject } from '../objects/read-object.ts'
import { parseTolerantly } from './parse-tolerantly.ts'

/** Sixteen photographs in base64 fit. */
const LARGEST = 64 * 1024 * 1024

/** The A1111 parameters that the client has put; throws `InvalidRequest` when they are missing, too large or no JSON object. */
export async function readParameters(bucket: string, key: string): Promise<JsonObject> {
  const object = await readObject(
    { bucket, key },
    {
      limit: LARGEST,
      tooLarge: (size) => new InvalidRequestError(`The parameters have ${size} bytes: send at most ${LARGEST}`),
    },
  )
  if (object) return parseTolerantly(object.bytes.toString('utf8'), 'The parameters')
  throw new InvalidRequestError(
    'The parameters were never uploaded: PUT them to api_params_s3_upload_url before starting the inference',
  )
}
