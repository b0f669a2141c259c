# What the manifests of an overlay must be together.
package manifests

selects(selector, labels) if {
	count(object.keys(selector) - {"matchLabels"}) == 0
	every key, value in object.get(selector, "matchLabels", {}) {
		labels[key] == value
	}
}

deny contains sprintf("%s has no label app.kubernetes.io/name", [name_of(one)]) if {
	some one in input
	not one.metadata.labels["app.kubernetes.io/name"]
}

deny contains sprintf("%s has pods without the label app.kubernetes.io/component", [one.name]) if {
	some one in workloads
	not one.template.metadata.labels["app.kubernetes.io/component"]
}

deny contains sprintf("%s lets in pods that are not restricted", [name_of(one)]) if {
	some one in input
	one.kind == "Namespace"
	not one.metadata.labels["pod-security.kubernetes.io/enforce"] == "restricted"
}

deny contains sprintf("%s is in no namespace of these manifests", [name_of(one)]) if {
	some one in input
	one.kind != "Namespace"
	not own_namespace(one)
}

own_namespace(one) if {
	some namespace in input
	namespace.kind == "Namespace"
	namespace.metadata.name == one.metadata.namespace
}

deny contains sprintf("%s stands where everybody can read it", [name_of(one)]) if {
	some one in input
	one.kind == "Secret"
}

deny contains sprintf("%s is not closed to the network: %s", [one.name, way]) if {
	some one in workloads
	some way in ["Ingress", "Egress"]
	not closed(one, way)
}

closed(workload, way) if {
	some policy in input
	policy.kind == "NetworkPolicy"
	way in policy.spec.policyTypes
	selects(policy.spec.podSelector, workload.template.metadata.labels)
}

deny contains sprintf("%s opens every port", [name_of(policy)]) if {
	some policy in input
	policy.kind == "NetworkPolicy"
	some way in ["ingress", "egress"]
	some rule in policy.spec[way]
	not rule.ports
}

deny contains sprintf("%s lets pods reach any address", [name_of(policy)]) if {
	some policy in input
	policy.kind == "NetworkPolicy"
	some rule in policy.spec.egress
	not rule.to
}

deny contains sprintf("%s leads to no pod's port %s", [name_of(service), port.name]) if {
	some service in input
	service.kind == "Service"
	some port in service.spec.ports
	not leads(service, port)
}

leads(service, port) if {
	some workload in servers
	selects({"matchLabels": service.spec.selector}, workload.template.metadata.labels)
	some container in workload.template.spec.containers
	some open in container.ports
	open.name == port.targetPort
}

deny contains sprintf("%s has no such port as %s says", [one.name, variable]) if {
	some one in servers
	some container in one.template.spec.containers
	some source in container.envFrom
	some map in input
	map.kind == "ConfigMap"
	map.metadata.name == source.configMapRef.name
	some variable in ["PORT", "METRICS_PORT"]
	said := map.data[variable]
	not opens(container, to_number(said))
}

opens(container, number) if {
	some port in container.ports
	port.containerPort == number
}

is_many(workload) if workload.object.spec.replicas > 1

is_many(workload) if {
	some scaler in input
	scales(scaler, workload)
	scaler.spec.minReplicas > 1
}

scales(scaler, workload) if {
	scaler.kind == "HorizontalPodAutoscaler"
	scaler.spec.scaleTargetRef.kind == workload.object.kind
	scaler.spec.scaleTargetRef.name == workload.object.metadata.name
}

deny contains sprintf("%s may lose all its pods at once", [one.name]) if {
	some one in servers
	is_many(one)
	not has_budget(one)
}

has_budget(workload) if {
	some budget in input
	budget.kind == "PodDisruptionBudget"
	budget.spec.maxUnavailable == 1
	selects(budget.spec.selector, workload.template.metadata.labels)
}

deny contains sprintf("%s scales what is not there or counts its own replicas", [name_of(scaler)]) if {
	some scaler in input
	scaler.kind == "HorizontalPodAutoscaler"
	not scales_something(scaler)
}

scales_something(scaler) if {
	some workload in servers
	scales(scaler, workload)
	not workload.object.spec.replicas
}

deny contains sprintf("%s may swing", [name_of(scaler)]) if {
	some scaler in input
	scaler.kind == "HorizontalPodAutoscaler"
	not scaler.spec.behavior.scaleDown.stabilizationWindowSeconds >= 60
}

# The cluster's own schema of a ServiceMonitor is not here: this is what it must have to find the metrics.
deny contains sprintf("%s finds no service with port %s", [name_of(monitor), endpoint.port]) if {
	some monitor in input
	monitor.kind == "ServiceMonitor"
	some endpoint in monitor.spec.endpoints
	not finds(monitor, endpoint)
}

finds(monitor, endpoint) if {
	some service in input
	service.kind == "Service"
	selects(monitor.spec.selector, service.metadata.labels)
	some port in service.spec.ports
	port.name == endpoint.port
}

# Nor is that of a PrometheusRule: an alert must have what whoever it wakes needs.
deny contains sprintf("%s has an alert without severity or summary: %s", [name_of(rules), alert.alert]) if {
	some rules in input
	rules.kind == "PrometheusRule"
	some group in rules.spec.groups
	some alert in group.rules
	not is_told(alert)
}

is_told(alert) if {
	alert.expr
	alert.labels.severity in {"page", "ticket"}
	alert.annotations.summary
}
