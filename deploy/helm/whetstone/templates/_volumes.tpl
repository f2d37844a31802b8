{{- define "whetstone.mounts" -}}
{{- $values := .root.Values -}}
- {name: tmp, mountPath: /tmp}
# A folder, never a single file: the content of a file that is mounted alone does not follow its Secret.
- {name: keys, mountPath: /etc/whetstone/keys, readOnly: true}
{{- if and (ne (include "whetstone.securityProtocol" .root) "PLAINTEXT") (include "whetstone.kafkaCaSecret" .root) }}
- {name: kafka-ca, mountPath: /etc/whetstone/kafka-ca, readOnly: true}
{{- end }}
{{- if and .is.database (include "whetstone.databaseCaSecret" .root) }}
- {name: database-ca, mountPath: /etc/whetstone/database-ca, readOnly: true}
{{- end }}
{{- if and .is.store (include "whetstone.storePath" .root) }}
- {name: store, mountPath: {{ include "whetstone.storePath" .root }}}
{{- end }}
{{- if and .is.store (not (include "whetstone.storePath" .root)) }}
- {name: cache, mountPath: /cache}
{{- if $values.store.s3.credentialsSecret }}
- {name: s3, mountPath: /etc/whetstone/s3, readOnly: true}
{{- end }}
{{- end }}
{{- if .is.store }}
{{- range $values.inputs.volumes }}
- {name: {{ printf "input-%s" .name }}, mountPath: {{ printf "/inputs/%s" .name }}, readOnly: true}
{{- end }}
{{- end }}
{{- if has .service (list "training" "eval") }}
{{- range $tenant, $secret := $values.servingKeys.secrets }}
- {name: {{ printf "serving-key-%s" $tenant }}, mountPath: {{ printf "/etc/whetstone/serving-keys/%s" $tenant }}, readOnly: true}
{{- end }}
{{- end }}
{{- if and (eq .service "eval") (include "whetstone.loopsConfigMap" .root) }}
- {name: loops, mountPath: /etc/whetstone/loops, readOnly: true}
{{- end }}
{{- end -}}

{{- define "whetstone.volumes" -}}
{{- $values := .root.Values -}}
- name: tmp
  emptyDir: {sizeLimit: 2Gi}
- name: keys
  secret: {secretName: {{ include "whetstone.keysSecret" .root }}, defaultMode: 288}
{{- if and (ne (include "whetstone.securityProtocol" .root) "PLAINTEXT") (include "whetstone.kafkaCaSecret" .root) }}
- name: kafka-ca
  secret: {secretName: {{ include "whetstone.kafkaCaSecret" .root }}, items: [{key: {{ $values.kafka.caKey }}, path: {{ $values.kafka.caKey }}}]}
{{- end }}
{{- if and .is.database (include "whetstone.databaseCaSecret" .root) }}
- name: database-ca
  secret: {secretName: {{ include "whetstone.databaseCaSecret" .root }}, items: [{key: {{ $values.database.caKey }}, path: {{ $values.database.caKey }}}]}
{{- end }}
{{- if and .is.store (include "whetstone.storePath" .root) }}
- name: store
  persistentVolumeClaim: {claimName: {{ include "whetstone.storeClaim" .root }}}
{{- end }}
{{- if and .is.store (not (include "whetstone.storePath" .root)) }}
- name: cache
  emptyDir: {sizeLimit: {{ add (int64 $values.store.s3.cacheBytes) 2147483648 }}}
{{- with $values.store.s3.credentialsSecret }}
- name: s3
  secret: {secretName: {{ . }}, defaultMode: 288}
{{- end }}
{{- end }}
{{- if .is.store }}
{{- range $values.inputs.volumes }}
- name: {{ printf "input-%s" .name }}
  persistentVolumeClaim: {claimName: {{ .claim }}, readOnly: true}
{{- end }}
{{- end }}
{{- if has .service (list "training" "eval") }}
{{- range $tenant, $secret := $values.servingKeys.secrets }}
- name: {{ printf "serving-key-%s" $tenant }}
  secret: {secretName: {{ $secret }}, defaultMode: 288}
{{- end }}
{{- end }}
{{- if and (eq .service "eval") (include "whetstone.loopsConfigMap" .root) }}
- name: loops
  configMap: {name: {{ include "whetstone.loopsConfigMap" .root }}}
{{- end }}
{{- end -}}
