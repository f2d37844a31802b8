{{/* The settings of a service. ChartEnvironmentTest compares each name with what the services read. */}}
{{- define "whetstone.environment" -}}
{{- $root := .root -}}
{{- $service := .service -}}
{{- $is := .is -}}
- {name: WHETSTONE_HTTP_PORT, value: "8080"}
- {name: WHETSTONE_MANAGEMENT_HOST, value: "0.0.0.0"}
- {name: WHETSTONE_MANAGEMENT_PORT, value: "9000"}
- {name: QUARKUS_HTTP_HOST, value: "0.0.0.0"}
- {name: QUARKUS_SHUTDOWN_TIMEOUT, value: {{ $root.Values.pods.shutdownTimeout | quote }}}
- {name: WHETSTONE_KEYS_FILE, value: {{ printf "/etc/whetstone/keys/%s" $root.Values.keys.key | quote }}}
- {name: KAFKA_BOOTSTRAP_SERVERS, value: {{ include "whetstone.bootstrapServers" $root | quote }}}
{{- $protocol := include "whetstone.securityProtocol" $root }}
{{- if ne $protocol "PLAINTEXT" }}
- {name: KAFKA_SECURITY_PROTOCOL, value: {{ $protocol | quote }}}
{{- if include "whetstone.kafkaCaSecret" $root }}
- {name: KAFKA_SSL_TRUSTSTORE_TYPE, value: PEM}
- {name: KAFKA_SSL_TRUSTSTORE_LOCATION, value: {{ printf "/etc/whetstone/kafka-ca/%s" $root.Values.kafka.caKey | quote }}}
{{- end }}
{{- if hasPrefix "SASL_" $protocol }}
- {name: KAFKA_SASL_MECHANISM, value: {{ $root.Values.kafka.saslMechanism | quote }}}
- name: KAFKA_SASL_JAAS_CONFIG
  valueFrom:
    secretKeyRef:
      name: {{ include "whetstone.kafkaUserSecret" . }}
      key: {{ $root.Values.kafka.userKey }}
{{- end }}
{{- end }}
{{- if $is.database }}
- {name: WHETSTONE_DB_URL, value: {{ include "whetstone.jdbcUrl" . | quote }}}
{{- $login := (index $root.Values.database $service).existingSecret }}
{{- if and (include "whetstone.usesPairDatabase" $root) (not $login) }}
- {name: WHETSTONE_DB_USER, value: postgres}
- name: WHETSTONE_DB_PASSWORD
  valueFrom:
    secretKeyRef: {name: {{ include "whetstone.generatedSecret" $root }}, key: database-password}
{{- else }}
- name: WHETSTONE_DB_USER
  valueFrom:
    secretKeyRef: {name: {{ $login }}, key: {{ $root.Values.database.usernameKey }}}
- name: WHETSTONE_DB_PASSWORD
  valueFrom:
    secretKeyRef: {name: {{ $login }}, key: {{ $root.Values.database.passwordKey }}}
{{- end }}
{{- end }}
{{- if $is.store }}
- {name: WHETSTONE_STORE_URI, value: {{ $root.Values.store.uri | quote }}}
{{- if hasPrefix "s3://" $root.Values.store.uri }}
{{- range $name, $value := include "whetstone.s3" $root | fromYaml }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- if $root.Values.store.s3.credentialsSecret }}
- {name: WHETSTONE_S3_ACCESS_KEY_REF, value: "file:/etc/whetstone/s3/AWS_ACCESS_KEY_ID"}
- {name: WHETSTONE_S3_SECRET_KEY_REF, value: "file:/etc/whetstone/s3/AWS_SECRET_ACCESS_KEY"}
{{- end }}
- {name: WHETSTONE_S3_CACHE_FOLDER, value: /cache/s3}
- {name: WHETSTONE_S3_CACHE_BYTES, value: {{ int64 $root.Values.store.s3.cacheBytes | quote }}}
{{- end }}
{{- with $root.Values.inputs.shared }}
- {name: WHETSTONE_SHARED_INPUTS, value: {{ join "," . | quote }}}
{{- end }}
{{- range $tenant, $folders := $root.Values.inputs.tenants }}
- {name: WHETSTONE_INPUTS_{{ $tenant | upper | replace "-" "_" }}, value: {{ join "," $folders | quote }}}
{{- end }}
{{- with $root.Values.endpoints.allow }}
- {name: WHETSTONE_ENDPOINTS_ALLOW, value: {{ join "," . | quote }}}
{{- end }}
- {name: WHETSTONE_ENDPOINTS_OWN_PORTS, value: "8080,9000"}
{{- end }}
{{- if $root.Values.opentelemetry.endpoint }}
- {name: QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ $root.Values.opentelemetry.endpoint | quote }}}
{{- if eq $service "ingest" }}
- {name: OTEL_SDK_DISABLED, value: "false"}
{{- else }}
- {name: WHETSTONE_OTEL_DISABLED, value: "false"}
{{- end }}
{{- end }}
{{- include (printf "whetstone.environment.%s" $service) $root }}
{{- with (index $root.Values.services $service).jvmOptions }}
- {name: JDK_JAVA_OPTIONS, value: {{ . | quote }}}
{{- end }}
{{- range $name, $value := (index $root.Values.services $service).environment }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end -}}

{{- define "whetstone.environment.ingest" }}
- {name: WHETSTONE_CURATION_URL, value: {{ include "whetstone.address" (dict "root" . "service" "curation") | quote }}}
- name: WHETSTONE_CONNECTION_KEY
  valueFrom:
    secretKeyRef:
      name: {{ default (include "whetstone.generatedSecret" .) .Values.secrets.ingestConnection.existingSecret }}
      key: {{ .Values.secrets.ingestConnection.key }}
- {name: WHETSTONE_CORS_ORIGINS, value: {{ .Values.route.corsOrigins | quote }}}
{{- if .Values.route.trustedProxies }}
- {name: WHETSTONE_PROXY_FORWARDING, value: "true"}
- {name: QUARKUS_HTTP_PROXY_TRUSTED_PROXIES, value: {{ .Values.route.trustedProxies | quote }}}
{{- end }}
{{- end -}}

{{- define "whetstone.environment.curation" }}
- name: WHETSTONE_CURATION_HMAC_KEY
  valueFrom:
    secretKeyRef:
      name: {{ default (include "whetstone.generatedSecret" .) .Values.secrets.curationDigest.existingSecret }}
      key: {{ .Values.secrets.curationDigest.key }}
# The tokenizers unpack their native library there.
- {name: DJL_CACHE_DIR, value: /tmp/djl}
{{- end -}}

{{- define "whetstone.environment.training" }}
- {name: WHETSTONE_TRAINING_CALLBACK_URL, value: {{ printf "http://%s-training:8080" (include "whetstone.fullname" .) | quote }}}
- {name: WHETSTONE_WORKER_WORK, value: /tmp/work}
{{- if .Values.servingKeys.secrets }}
- {name: WHETSTONE_TRAINING_CREDENTIALS_FOLDER, value: /etc/whetstone/serving-keys}
{{- end }}
{{- with .Values.workers }}
{{- if .kubernetesJobs }}
- {name: WHETSTONE_TRAINING_KUBERNETES_ENABLED, value: "true"}
{{- end }}
{{- if .kubeflowTrainJobs }}
- {name: WHETSTONE_TRAINING_KUBEFLOW_ENABLED, value: "true"}
- {name: WHETSTONE_TRAINING_KUBEFLOW_RUNTIME, value: {{ printf "%s-worker" (include "whetstone.fullname" $) }}}
{{- end }}
{{- if or .kubernetesJobs .kubeflowTrainJobs }}
- name: WHETSTONE_TRAINING_KUBERNETES_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
- {name: WHETSTONE_TRAINING_KUBERNETES_IMAGE, value: {{ include "whetstone.workerImage" $ | quote }}}
- {name: WHETSTONE_TRAINING_KUBERNETES_IMAGE_PULL_POLICY, value: {{ $.Values.images.pullPolicy }}}
{{- with $.Values.images.pullSecrets }}
- {name: WHETSTONE_TRAINING_KUBERNETES_IMAGE_PULL_SECRETS, value: {{ join "," . | quote }}}
{{- end }}
- {name: WHETSTONE_TRAINING_KUBERNETES_SERVICE_ACCOUNT, value: {{ printf "%s-worker" (include "whetstone.fullname" $) }}}
{{- with include "whetstone.queue" $ }}
- {name: WHETSTONE_TRAINING_KUBERNETES_QUEUE, value: {{ . | quote }}}
{{- end }}
{{- with .priorityClass }}
- {name: WHETSTONE_TRAINING_KUBERNETES_PRIORITY_CLASS, value: {{ . | quote }}}
{{- end }}
- {name: WHETSTONE_TRAINING_KUBERNETES_RESOURCES, value: {{ include "whetstone.pairs" .resources | quote }}}
{{- with .nodeSelector }}
- {name: WHETSTONE_TRAINING_KUBERNETES_NODE_SELECTOR, value: {{ include "whetstone.pairs" . | quote }}}
{{- end }}
{{- with .tolerations }}
- {name: WHETSTONE_TRAINING_KUBERNETES_TOLERATIONS, value: {{ join "," . | quote }}}
{{- end }}
{{- with include "whetstone.workerClaims" $ }}
- {name: WHETSTONE_TRAINING_KUBERNETES_CLAIMS, value: {{ . | quote }}}
{{- end }}
{{- with .modelCacheClaim }}
- {name: WHETSTONE_TRAINING_KUBERNETES_MODEL_CACHE_CLAIM, value: {{ . | quote }}}
{{- end }}
{{- with include "whetstone.workerEnvironment" $ }}
- {name: WHETSTONE_TRAINING_KUBERNETES_ENVIRONMENT, value: {{ . | quote }}}
{{- end }}
{{- with include "whetstone.workerSecrets" $ }}
- {name: WHETSTONE_TRAINING_KUBERNETES_ENVIRONMENT_SECRETS, value: {{ . | quote }}}
{{- end }}
- {name: WHETSTONE_TRAINING_KUBERNETES_RUN_AS_USER, value: {{ $.Values.pods.userId | quote }}}
- {name: WHETSTONE_TRAINING_KUBERNETES_FS_GROUP, value: {{ $.Values.pods.userId | quote }}}
- {name: WHETSTONE_TRAINING_KUBERNETES_GRACE_PERIOD, value: {{ .gracePeriod | quote }}}
{{- if .maxWorkers }}
- {name: WHETSTONE_TRAINING_KUBERNETES_MAX_WORKERS, value: {{ .maxWorkers | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "whetstone.environment.eval" }}
{{- if include "whetstone.loopsConfigMap" . }}
- {name: WHETSTONE_LOOPS_FOLDER, value: /etc/whetstone/loops}
{{- end }}
{{- if .Values.servingKeys.secrets }}
- {name: WHETSTONE_CREDENTIALS_FOLDER, value: /etc/whetstone/serving-keys}
{{- end }}
{{- if .Values.loops.resources.enabled }}
- {name: WHETSTONE_EVAL_LOOP_RESOURCES_ENABLED, value: "true"}
- name: WHETSTONE_EVAL_LOOP_RESOURCES_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
{{- end }}
{{- end -}}

{{/* The settings of an s3:// store that services and workers share, as a YAML map. */}}
{{- define "whetstone.s3" -}}
{{- with .Values.store.s3 -}}
WHETSTONE_S3_ENCRYPTION: {{ .encryption | quote }}
{{- if .endpoint }}
WHETSTONE_S3_ENDPOINT: {{ .endpoint | quote }}
{{- end }}
{{- if .region }}
WHETSTONE_S3_REGION: {{ .region | quote }}
{{- end }}
{{- if .pathStyle }}
WHETSTONE_S3_PATH_STYLE: "true"
{{- end }}
{{- if .kmsKeyId }}
WHETSTONE_S3_KMS_KEY_ID: {{ .kmsKeyId | quote }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* name=value,... of the workers' environment; the S3 settings are in it. */}}
{{- define "whetstone.workerEnvironment" -}}
{{- $all := deepCopy .Values.workers.environment -}}
{{- if hasPrefix "s3://" .Values.store.uri -}}
{{- $all = merge $all (include "whetstone.s3" . | fromYaml) -}}
{{- end -}}
{{- include "whetstone.pairs" $all -}}
{{- end -}}

{{- define "whetstone.workerSecrets" -}}
{{- $all := .Values.workers.environmentSecrets -}}
{{- if and (hasPrefix "s3://" .Values.store.uri) .Values.store.s3.credentialsSecret -}}
{{- $all = append $all .Values.store.s3.credentialsSecret | uniq -}}
{{- end -}}
{{- join "," $all -}}
{{- end -}}

{{/* Whether workers are pods of this cluster; empty for no. */}}
{{- define "whetstone.workersInCluster" -}}
{{- if or .Values.workers.kubernetesJobs .Values.workers.kubeflowTrainJobs -}}true{{- end -}}
{{- end -}}

{{/* The seconds of workers.gracePeriod. */}}
{{- define "whetstone.workerGraceSeconds" -}}
{{- $period := .Values.workers.gracePeriod -}}
{{- if not (regexMatch "^PT([0-9]+H)?([0-9]+M)?([0-9]+S)?$" $period) -}}
{{- fail (printf "workers.gracePeriod is %s; write whole hours, minutes and seconds, such as PT2M or PT1M30S" $period) -}}
{{- end -}}
{{- $hours := regexFind "[0-9]+H" $period | trimSuffix "H" | int -}}
{{- $minutes := regexFind "[0-9]+M" $period | trimSuffix "M" | int -}}
{{- $seconds := regexFind "[0-9]+S" $period | trimSuffix "S" | int -}}
{{- add (mul $hours 3600) (mul $minutes 60) $seconds -}}
{{- end -}}

{{/* The queue of the workers; empty for none. */}}
{{- define "whetstone.queue" -}}
{{- if .Values.workers.queue -}}{{- .Values.workers.queue -}}{{- else if .Values.kueue.enabled -}}{{- .Values.kueue.queue -}}{{- end -}}
{{- end -}}

{{/* name=value,name=value of a map. */}}
{{- define "whetstone.pairs" -}}
{{- $pairs := list -}}
{{- range $name, $value := . -}}{{- $pairs = append $pairs (printf "%s=%v" $name $value) -}}{{- end -}}
{{- join "," $pairs -}}
{{- end -}}

{{/* claim=path of everything that the workers mount: the volume of a file: store, the inputs, further claims. */}}
{{- define "whetstone.workerClaims" -}}
{{- $claims := list -}}
{{- with include "whetstone.storePath" . -}}{{- $claims = append $claims (printf "%s=%s" (include "whetstone.storeClaim" $) .) -}}{{- end -}}
{{- range .Values.inputs.volumes -}}{{- $claims = append $claims (printf "%s=/inputs/%s" .claim .name) -}}{{- end -}}
{{- range $path, $claim := .Values.workers.claims -}}{{- $claims = append $claims (printf "%s=%s" $claim $path) -}}{{- end -}}
{{- join "," $claims -}}
{{- end -}}

{{- define "whetstone.loopsConfigMap" -}}
{{- if .Values.loops.existingConfigMap -}}
{{- .Values.loops.existingConfigMap -}}
{{- else if .Values.loops.files -}}
{{- printf "%s-loops" (include "whetstone.fullname" .) -}}
{{- end -}}
{{- end -}}
