{{/* Refuses values that no installation can run with; types and unknown names are refused by values.schema.json. */}}
{{- define "whetstone.validate" -}}
{{- $v := .Values -}}
{{- $faults := list -}}
{{- $generate := $v.secrets.generate -}}
{{- if not (or $v.keys.existingSecret $generate) -}}
{{- $faults = append $faults "keys.existingSecret is missing: name the Secret with the API keys (docs/tenants.md), or set secrets.generate for a trial" -}}
{{- end -}}
{{- range $what := list "curationDigest" "ingestConnection" -}}
{{- if not (or (index $v.secrets $what).existingSecret $generate) -}}
{{- $faults = append $faults (printf "secrets.%s.existingSecret is missing: name a Secret with the key '%s' of at least 32 random characters, or set secrets.generate for a trial" $what (index $v.secrets $what).key) -}}
{{- end -}}
{{- end -}}
{{- if not $v.store.uri -}}
{{- $faults = append $faults "store.uri is missing: set s3://bucket/prefix, or file:///path for a shared volume" -}}
{{- end -}}
{{- if and $v.kafka.bootstrapServers $v.strimzi.enabled -}}
{{- $faults = append $faults "kafka.bootstrapServers and strimzi.enabled exclude each other: leave one out" -}}
{{- end -}}
{{- if not (or $v.kafka.bootstrapServers $v.strimzi.enabled $v.infrastructure.enabled) -}}
{{- $faults = append $faults "kafka.bootstrapServers is missing: set it, or strimzi.enabled, or infrastructure.enabled for a trial" -}}
{{- end -}}
{{- if and $v.kafka.bootstrapServers (hasPrefix "SASL_" $v.kafka.securityProtocol) -}}
{{- range list "ingest" "curation" "training" "eval" -}}
{{- if not (index $v.kafka.userSecrets .) -}}
{{- $faults = append $faults (printf "kafka.userSecrets.%s is missing: %s needs a Secret with the key '%s'" . $v.kafka.securityProtocol $v.kafka.userKey) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $v.strimzi.enabled (lt (int $v.strimzi.replicas) (int $v.strimzi.topicReplicas)) -}}
{{- $faults = append $faults (printf "strimzi.replicas is %v, but topics have %v replicas (strimzi.topicReplicas): raise it to at least that" $v.strimzi.replicas $v.strimzi.topicReplicas) -}}
{{- end -}}
{{- if and $v.strimzi.enabled (ge (int $v.strimzi.minInsyncReplicas) (int $v.strimzi.topicReplicas)) (gt (int $v.strimzi.topicReplicas) 1) -}}
{{- $faults = append $faults "strimzi.minInsyncReplicas must be less than strimzi.topicReplicas: else one missing broker stops every write" -}}
{{- end -}}
{{- if and $v.database.host $v.cloudnativepg.enabled -}}
{{- $faults = append $faults "database.host and cloudnativepg.enabled exclude each other: leave one out" -}}
{{- end -}}
{{- if not (or $v.database.host $v.cloudnativepg.enabled $v.infrastructure.enabled) -}}
{{- $faults = append $faults "database.host is missing: set it, or cloudnativepg.enabled, or infrastructure.enabled for a trial" -}}
{{- end -}}
{{- if not (include "whetstone.usesPairDatabase" .) -}}
{{- range list "curation" "training" "eval" -}}
{{- if not (index $v.database .).existingSecret -}}
{{- $faults = append $faults (printf "database.%s.existingSecret is missing: name the Secret with the keys '%s' and '%s'" . $v.database.usernameKey $v.database.passwordKey) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $v.infrastructure.enabled (not $generate) -}}
{{- $faults = append $faults "infrastructure.enabled runs a PostgreSQL whose password the chart generates: set secrets.generate" -}}
{{- end -}}
{{- if le (int $v.pods.terminationGraceSeconds) (int (add $v.pods.preStopSeconds (trimSuffix "S" $v.pods.shutdownTimeout))) -}}
{{- $faults = append $faults (printf "pods.terminationGraceSeconds (%v) must be more than preStopSeconds (%v) and shutdownTimeout (%s) together: else a pod is killed while it drains" $v.pods.terminationGraceSeconds $v.pods.preStopSeconds $v.pods.shutdownTimeout) -}}
{{- end -}}
{{- if and (eq $v.route.kind "httproute") (not $v.route.parentRefs) -}}
{{- $faults = append $faults "route.parentRefs is missing: name the Gateway that publishes the HTTPRoute" -}}
{{- end -}}
{{- if and (ne $v.route.kind "none") (not $v.route.hostnames) -}}
{{- $faults = append $faults "route.hostnames is missing: receipts and pages need the address to link to" -}}
{{- end -}}
{{- if and $v.loops.files $v.loops.existingConfigMap -}}
{{- $faults = append $faults "loops.files and loops.existingConfigMap exclude each other: leave one out" -}}
{{- end -}}
{{- if and $v.autoscaling.curation.enabled (hasPrefix "SASL_" (include "whetstone.securityProtocol" .)) (not $v.autoscaling.curation.triggerAuthentication) -}}
{{- $faults = append $faults "autoscaling.curation.triggerAuthentication is missing: KEDA needs a login to read the lag" -}}
{{- end -}}
{{- range list "ingest" "curation" -}}
{{- if gt (int (index $v.autoscaling .).minReplicas) (int (index $v.autoscaling .).maxReplicas) -}}
{{- $faults = append $faults (printf "autoscaling.%s.minReplicas is greater than maxReplicas" .) -}}
{{- end -}}
{{- end -}}
{{- if and $v.vllm.enabled (not $v.vllm.model) -}}
{{- $faults = append $faults "vllm.model is missing: set the folder below /models or the name of the base model" -}}
{{- end -}}
{{- if and $v.vllm.enabled (not (include "whetstone.storePath" .)) -}}
{{- $faults = append $faults "vllm.enabled needs a file:// store: this chart gives vLLM the adapters from the shared volume. With s3:// run the model server yourself with adapters in a folder (docs/kubernetes.md)" -}}
{{- end -}}
{{- if $faults -}}
{{- fail (printf "\n\nThe values cannot be installed:\n  - %s\n" (join "\n  - " $faults)) -}}
{{- end -}}
{{- end -}}
