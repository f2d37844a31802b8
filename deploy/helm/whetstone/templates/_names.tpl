{{/* The common prefix of all names. */}}
{{- define "whetstone.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "whetstone.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Labels of every object. */}}
{{- define "whetstone.labels" -}}
{{ include "whetstone.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: whetstone
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The services, with what distinguishes them. */}}
{{- define "whetstone.services" -}}
ingest: {database: false, store: false}
curation: {database: true, store: true}
training: {database: true, store: true}
eval: {database: true, store: true}
{{- end -}}

{{/* Reference of an image: (dict "root" $ "image" "eval-service"). */}}
{{- define "whetstone.image" -}}
{{- $images := .root.Values.images -}}
{{- $name := printf "%s/%s" $images.repository .image -}}
{{- if $images.registry -}}{{- $name = printf "%s/%s" $images.registry $name -}}{{- end -}}
{{- $digest := index $images.digests .image -}}
{{- if $digest -}}
{{- printf "%s@%s" $name $digest -}}
{{- else -}}
{{- printf "%s:%s" $name (default .root.Chart.AppVersion $images.tag) -}}
{{- end -}}
{{- end -}}

{{/* Logins of the registry, for the spec of every pod. */}}
{{- define "whetstone.pullSecrets" -}}
{{- with .Values.images.pullSecrets -}}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* Secrets: a named one, else the one that the chart generates. */}}
{{- define "whetstone.keysSecret" -}}
{{- default (printf "%s-keys" (include "whetstone.fullname" .)) .Values.keys.existingSecret -}}
{{- end -}}

{{- define "whetstone.generatedSecret" -}}
{{- printf "%s-generated" (include "whetstone.fullname" .) -}}
{{- end -}}

{{- define "whetstone.infrastructure" -}}
{{- printf "%s-infrastructure" (include "whetstone.fullname" .) -}}
{{- end -}}

{{- define "whetstone.bootstrapServers" -}}
{{- if .Values.kafka.bootstrapServers -}}
{{- .Values.kafka.bootstrapServers -}}
{{- else if .Values.strimzi.enabled -}}
{{- printf "%s-kafka-bootstrap:9093" (include "whetstone.fullname" .) -}}
{{- else -}}
{{- printf "%s:9092" (include "whetstone.infrastructure" .) -}}
{{- end -}}
{{- end -}}

{{- define "whetstone.securityProtocol" -}}
{{- if and .Values.strimzi.enabled (not .Values.kafka.bootstrapServers) -}}SASL_SSL{{- else -}}{{- .Values.kafka.securityProtocol -}}{{- end -}}
{{- end -}}

{{/* Secret with the brokers' CA; Strimzi's operator makes it. */}}
{{- define "whetstone.kafkaCaSecret" -}}
{{- if .Values.kafka.caSecret -}}
{{- .Values.kafka.caSecret -}}
{{- else if and .Values.strimzi.enabled (not .Values.kafka.bootstrapServers) -}}
{{- printf "%s-cluster-ca-cert" (include "whetstone.fullname" .) -}}
{{- end -}}
{{- end -}}

{{/* Secret with a service's Kafka login: (dict "root" $ "service" "eval"). Strimzi's user operator names it like the user. */}}
{{- define "whetstone.kafkaUserSecret" -}}
{{- $named := index .root.Values.kafka.userSecrets .service -}}
{{- if $named -}}
{{- $named -}}
{{- else if and .root.Values.strimzi.enabled (not .root.Values.kafka.bootstrapServers) -}}
{{- printf "%s-%s" (include "whetstone.fullname" .root) .service -}}
{{- end -}}
{{- end -}}

{{- define "whetstone.databaseHost" -}}
{{- if .Values.database.host -}}
{{- .Values.database.host -}}
{{- else if .Values.cloudnativepg.enabled -}}
{{- printf "%s-postgres-rw" (include "whetstone.fullname" .) -}}
{{- else -}}
{{- include "whetstone.infrastructure" . -}}
{{- end -}}
{{- end -}}

{{/* Whether services use the pair that the chart runs. */}}
{{- define "whetstone.usesPairDatabase" -}}
{{- if and .Values.infrastructure.enabled (not .Values.database.host) (not .Values.cloudnativepg.enabled) -}}true{{- end -}}
{{- end -}}

{{- define "whetstone.databaseCaSecret" -}}
{{- if .Values.database.caSecret -}}
{{- .Values.database.caSecret -}}
{{- else if and .Values.cloudnativepg.enabled (not .Values.database.host) -}}
{{- printf "%s-postgres-ca" (include "whetstone.fullname" .) -}}
{{- end -}}
{{- end -}}

{{/* JDBC URL of a service's database. */}}
{{- define "whetstone.jdbcUrl" -}}
{{- $database := .root.Values.database -}}
{{- $mode := $database.sslMode -}}
{{- if include "whetstone.usesPairDatabase" .root -}}{{- $mode = "disable" -}}{{- end -}}
{{- $url := printf "jdbc:postgresql://%s:%v/%s?sslmode=%s" (include "whetstone.databaseHost" .root) $database.port (index $database .service).name $mode -}}
{{- if and (include "whetstone.databaseCaSecret" .root) (has $mode (list "verify-ca" "verify-full")) -}}
{{- $url = printf "%s&sslrootcert=/etc/whetstone/database-ca/%s" $url $database.caKey -}}
{{- end -}}
{{- $url -}}
{{- end -}}

{{/* The path of a file: store in the containers; empty for another scheme. */}}
{{- define "whetstone.storePath" -}}
{{- if hasPrefix "file://" .Values.store.uri -}}{{- trimPrefix "file://" .Values.store.uri | trimSuffix "/" -}}{{- end -}}
{{- end -}}

{{- define "whetstone.storeClaim" -}}
{{- default (printf "%s-store" (include "whetstone.fullname" .)) .Values.store.volume.existingClaim -}}
{{- end -}}

{{- define "whetstone.workerImage" -}}
{{- default (include "whetstone.image" (dict "root" . "image" "worker")) .Values.workers.image -}}
{{- end -}}

{{/* The published address of a service, without a slash at the end; inside the cluster if none is published. */}}
{{- define "whetstone.address" -}}
{{- if and (ne .root.Values.route.kind "none") .root.Values.route.hostnames -}}
{{- printf "%s://%s/%s" .root.Values.route.scheme (first .root.Values.route.hostnames) .service -}}
{{- else -}}
{{- printf "http://%s-%s:8080" (include "whetstone.fullname" .root) .service -}}
{{- end -}}
{{- end -}}

{{/* Security of every pod and container: the profile `restricted`. */}}
{{- define "whetstone.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .Values.pods.userId }}
runAsGroup: {{ .Values.pods.userId }}
fsGroup: {{ .Values.pods.userId }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "whetstone.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}
