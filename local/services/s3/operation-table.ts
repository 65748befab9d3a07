import type { OperationRow } from './find-operation.ts'
import { abortMultipartUpload } from './operations/abort-multipart-upload.ts'
import { completeMultipartUpload } from './operations/complete-multipart-upload.ts'
import { copyObject } from './operations/copy-object.ts'
import { createBucket } from './operations/create-bucket.ts'
import { createMultipartUpload } from './operations/create-multipart-upload.ts'
import { deleteBucket } from './operations/delete-bucket.ts'
import { deleteObject } from './operations/delete-object.ts'
import { deleteObjects } from './operations/delete-objects.ts'
import { getBucketCors } from './operations/get-bucket-cors.ts'
import { getBucketEncryption } from './operations/get-bucket-encryption.ts'
import { getBucketLifecycleConfiguration } from './operations/get-bucket-lifecycle-configuration.ts'
import { getBucketLocation } from './operations/get-bucket-location.ts'
import { getObject } from './operations/get-object.ts'
import { getObjectAttributes } from './operations/get-object-attributes.ts'
import { getPublicAccessBlock } from './operations/get-public-access-block.ts'
import { headBucket } from './operations/head-bucket.ts'
import { listBuckets } from './operations/list-buckets.ts'
import { listMultipartUploads } from './operations/list-multipart-uploads.ts'
import { listObjects } from './operations/list-objects.ts'
import { listObjectsV2 } from './operations/list-objects-v2.ts'
import { listParts } from './operations/list-parts.ts'
import { putObject } from './operations/put-object.ts'
import { uploadPart } from './operations/upload-part.ts'
import { uploadPartCopy } from './operations/upload-part-copy.ts'
import { UNIMPLEMENTED_OPERATIONS } from './unimplemented-operations.ts'

/** Every operation of the S3 API; one whose demands include another's is preferred to it. */
export const OPERATIONS: OperationRow[] = [
  { name: 'ListBuckets', method: 'GET', level: 'service', run: listBuckets },

  { name: 'CreateBucket', method: 'PUT', level: 'bucket', run: createBucket },
  { name: 'HeadBucket', method: 'HEAD', level: 'bucket', run: headBucket },
  { name: 'DeleteBucket', method: 'DELETE', level: 'bucket', run: deleteBucket },
  { name: 'GetBucketLocation', method: 'GET', level: 'bucket', query: ['location'], run: getBucketLocation },
  { name: 'GetBucketCors', method: 'GET', level: 'bucket', query: ['cors'], run: getBucketCors },
  {
    name: 'GetBucketLifecycleConfiguration',
    method: 'GET',
    level: 'bucket',
    query: ['lifecycle'],
    run: getBucketLifecycleConfiguration,
  },
  { name: 'GetBucketEncryption', method: 'GET', level: 'bucket', query: ['encryption'], run: getBucketEncryption },
  {
    name: 'GetPublicAccessBlock',
    method: 'GET',
    level: 'bucket',
    query: ['publicAccessBlock'],
    run: getPublicAccessBlock,
  },
  { name: 'ListObjects', method: 'GET', level: 'bucket', run: listObjects },
  { name: 'ListObjectsV2', method: 'GET', level: 'bucket', query: ['list-type'], run: listObjectsV2 },
  { name: 'ListMultipartUploads', method: 'GET', level: 'bucket', query: ['uploads'], run: listMultipartUploads },
  { name: 'DeleteObjects', method: 'POST', level: 'bucket', query: ['delete'], run: deleteObjects },

  { name: 'PutObject', method: 'PUT', level: 'object', run: putObject },
  { name: 'CopyObject', method: 'PUT', level: 'object', header: 'x-amz-copy-source', run: copyObject },
  { name: 'GetObject', method: 'GET', level: 'object', run: getObject },
  { name: 'HeadObject', method: 'HEAD', level: 'object', run: getObject },
  { name: 'GetObjectAttributes', method: 'GET', level: 'object', query: ['attributes'], run: getObjectAttributes },
  { name: 'DeleteObject', method: 'DELETE', level: 'object', run: deleteObject },

  { name: 'CreateMultipartUpload', method: 'POST', level: 'object', query: ['uploads'], run: createMultipartUpload },
  { name: 'UploadPart', method: 'PUT', level: 'object', query: ['partNumber', 'uploadId'], run: uploadPart },
  {
    name: 'UploadPartCopy',
    method: 'PUT',
    level: 'object',
    query: ['partNumber', 'uploadId'],
    header: 'x-amz-copy-source',
    run: uploadPartCopy,
  },
  {
    name: 'CompleteMultipartUpload',
    method: 'POST',
    level: 'object',
    query: ['uploadId'],
    run: completeMultipartUpload,
  },
  { name: 'AbortMultipartUpload', method: 'DELETE', level: 'object', query: ['uploadId'], run: abortMultipartUpload },
  { name: 'ListParts', method: 'GET', level: 'object', query: ['uploadId'], run: listParts },

  ...UNIMPLEMENTED_OPERATIONS,
]
