# What every pod must be. The input is the list of all manifests of an overlay; each rule says what is amiss and where.
package manifests

# A workload is whatever makes pods: its name, kind, number of replicas, and the template of its pods.
workloads contains {"name": name_of(one), "object": one, "template": one.spec.template} if {
	some one in input
	one.kind in {"Deployment", "StatefulSet", "DaemonSet", "Job"}
}

workloads contains {"name": name_of(one), "object": one, "template": one.spec.jobTemplate.spec.template} if {
	some one in input
	one.kind == "CronJob"
}

servers contains workload if {
	some workload in workloads
	workload.object.kind in {"Deployment", "StatefulSet", "DaemonSet"}
}

containers contains {"name": workload.name, "spec": container} if {
	some workload in workloads
	some list in ["containers", "initContainers"]
	some container in workload.template.spec[list]
}

name_of(one) := sprintf("%s/%s", [one.kind, one.metadata.name])

deny contains sprintf("%s may run as root", [one.name]) if {
	some one in workloads
	not one.template.spec.securityContext.runAsNonRoot
}

deny contains sprintf("%s runs as a user that a node may have too", [one.name]) if {
	some one in workloads
	not one.template.spec.securityContext.runAsUser > 10000
}

deny contains sprintf("%s has no seccomp profile", [one.name]) if {
	some one in workloads
	not one.template.spec.securityContext.seccompProfile.type == "RuntimeDefault"
}

deny contains sprintf("%s shares a namespace of the node", [one.name]) if {
	some one in workloads
	some field in ["hostNetwork", "hostPID", "hostIPC"]
	one.template.spec[field]
}

deny contains sprintf("%s mounts what a restricted pod may not", [one.name]) if {
	some one in workloads
	some volume in one.template.spec.volumes
	some kind in object.keys(volume) - {"name", "configMap", "downwardAPI", "emptyDir", "projected", "secret"}
	kind
}

deny contains sprintf("%s may fill the node's disk", [one.name]) if {
	some one in workloads
	some volume in one.template.spec.volumes
	volume.emptyDir
	not volume.emptyDir.sizeLimit
}

deny contains sprintf("%s brings a token of the cluster", [one.name]) if {
	some one in workloads
	not one.template.spec.automountServiceAccountToken == false
}

deny contains sprintf("%s has no service account of its own", [one.name]) if {
	some one in workloads
	not own_account(one)
}

own_account(workload) if {
	some account in input
	account.kind == "ServiceAccount"
	account.metadata.name == workload.template.spec.serviceAccountName
	account.automountServiceAccountToken == false
}

deny contains sprintf("%s is told of other services", [one.name]) if {
	some one in workloads
	not one.template.spec.enableServiceLinks == false
}

deny contains sprintf("%s is not spread over %s", [one.name, key]) if {
	some one in servers
	some key in ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
	not spread(one.template, key)
}

spread(template, key) if {
	some constraint in template.spec.topologySpreadConstraints
	constraint.topologyKey == key
	selects(constraint.labelSelector, template.metadata.labels)
}

deny contains sprintf("%s may be killed while it finishes its requests", [one.name]) if {
	some one in servers
	some container in one.template.spec.containers
	not one.template.spec.terminationGracePeriodSeconds > container.lifecycle.preStop.sleep.seconds + server_seconds
}

# Longest that the server takes to end the requests at hand: stop_seconds of service/__main__.py.
server_seconds := 45

deny contains sprintf("%s has no %s", [one.name, probe]) if {
	some one in servers
	some container in one.template.spec.containers
	some probe in ["startupProbe", "livenessProbe", "readinessProbe"]
	not container[probe]
}

deny contains sprintf("%s may gain rights", [one.name]) if {
	some one in containers
	not one.spec.securityContext.allowPrivilegeEscalation == false
}

deny contains sprintf("%s is privileged", [one.name]) if {
	some one in containers
	one.spec.securityContext.privileged
}

deny contains sprintf("%s keeps capabilities", [one.name]) if {
	some one in containers
	not one.spec.securityContext.capabilities.drop == ["ALL"]
}

deny contains sprintf("%s adds capabilities", [one.name]) if {
	some one in containers
	count(one.spec.securityContext.capabilities.add) > 0
}

deny contains sprintf("%s may write to its root", [one.name]) if {
	some one in containers
	not one.spec.securityContext.readOnlyRootFilesystem
}

deny contains sprintf("%s does not say what it needs: %s", [one.name, part]) if {
	some one in containers
	some part in ["cpu", "memory"]
	not one.spec.resources.requests[part]
}

deny contains sprintf("%s may take all memory", [one.name]) if {
	some one in containers
	not one.spec.resources.limits.memory
}

deny contains sprintf("%s is throttled", [one.name]) if {
	some one in containers
	one.spec.resources.limits.cpu
}

deny contains sprintf("%s runs an image without a definite tag", [one.name]) if {
	some one in containers
	not regex.match(`^[^@]+(:[0-9]+\.[0-9]+\.[0-9]+(-[a-z0-9.-]+)?|@sha256:[0-9a-f]{64})$`, one.spec.image)
}
