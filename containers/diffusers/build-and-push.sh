#!/usr/bin/env bash
# Builds the image and pushes it to this account's ECR, creating the repository if it is missing.
#   build-and-push.sh [--training] <region> [repository] [tag]
# With --training it is the training image (Dockerfile.training), without it the one that endpoints run.
# Needs docker and the AWS CLI with credentials in the usual places. Build arguments go through DARKROOM_BUILD_ARGS,
# e.g. DARKROOM_BUILD_ARGS="--build-arg WITH_REMBG=1".
set -euo pipefail

dockerfile=Dockerfile
default_repository=darkroom/diffusers
if [ "${1:-}" = --training ]; then
  dockerfile=Dockerfile.training
  default_repository=darkroom/diffusers-training
  shift
fi
region="${1:?usage: build-and-push.sh [--training] <region> [repository] [tag]}"
repository="${2:-$default_repository}"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
tag="${3:-$(git -C "$here" rev-parse --short=12 HEAD)}"

# Where the Deep Learning Containers lie: one account for most regions.
case "$region" in
  af-south-1) dlc_account=626614931356 ;;
  ap-east-1) dlc_account=871362719292 ;;
  ap-northeast-3) dlc_account=364406365360 ;;
  ap-south-2) dlc_account=772153158452 ;;
  ap-southeast-3) dlc_account=907027046896 ;;
  ap-southeast-4) dlc_account=457447274322 ;;
  ca-west-1) dlc_account=204538143572 ;;
  cn-north-1 | cn-northwest-1) dlc_account=727897471807 ;;
  eu-central-2) dlc_account=380420809688 ;;
  eu-south-1) dlc_account=692866216735 ;;
  eu-south-2) dlc_account=503227376785 ;;
  il-central-1) dlc_account=780543022126 ;;
  me-central-1) dlc_account=914824155844 ;;
  me-south-1) dlc_account=217643126080 ;;
  us-gov-east-1) dlc_account=446045086412 ;;
  us-gov-west-1) dlc_account=442386744353 ;;
  *) dlc_account=763104351884 ;;
esac
case "$region" in cn-*) domain=amazonaws.com.cn ;; *) domain=amazonaws.com ;; esac

account="$(aws sts get-caller-identity --region "$region" --query Account --output text)"
registry="$account.dkr.ecr.$region.$domain"
dlc_registry="$dlc_account.dkr.ecr.$region.$domain"

aws ecr describe-repositories --region "$region" --repository-names "$repository" >/dev/null 2>&1 \
  || aws ecr create-repository --region "$region" --repository-name "$repository" \
       --image-tag-mutability IMMUTABLE --image-scanning-configuration scanOnPush=true >/dev/null

password="$(aws ecr get-login-password --region "$region")"
for each in "$registry" "$dlc_registry"; do
  docker login --username AWS --password-stdin "$each" <<<"$password"
done

# shellcheck disable=SC2086 # several arguments are meant
docker build --platform linux/amd64 --provenance=false --build-arg "DLC_REGISTRY=$dlc_registry" \
  ${DARKROOM_BUILD_ARGS:-} --file "$here/$dockerfile" --tag "$registry/$repository:$tag" "$here"
docker push "$registry/$repository:$tag"
echo "$registry/$repository:$tag"
