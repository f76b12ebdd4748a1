/**
 * The resources of a kube-apiserver 1.36 with its default flags, as it lists them
 * in discovery, in that order.
 *
 * A line without indentation is a group and version. A line below it is one of
 * its resources: the plural name, the kind, the scope, the verbs (`*` for all
 * eight), the short names, the categories, and the subresources. `-` stands for
 * none. A subresource is a name, perhaps followed by a kind (`@` its group and
 * version) and its verbs; without those, it has the kind of the resource and the
 * verbs get, patch and update. `scale` is that of `autoscaling/v1`.
 *
 * @module
 */

/** The table. */
export const BUILT_IN_TABLE = `
v1
  bindings Binding namespaced create
  componentstatuses ComponentStatus cluster get,list cs
  configmaps ConfigMap namespaced * cm
  endpoints Endpoints namespaced * ep
  events Event namespaced * ev
  limitranges LimitRange namespaced * limits
  namespaces Namespace cluster *-deletecollection ns - finalize::update status
  nodes Node cluster * no - proxy:NodeProxyOptions:create,delete,get,patch,update status
  persistentvolumeclaims PersistentVolumeClaim namespaced * pvc - status
  persistentvolumes PersistentVolume cluster * pv - status
  pods Pod namespaced * po all attach:PodAttachOptions:create,get binding:Binding:create ephemeralcontainers eviction:Eviction@policy/v1:create exec:PodExecOptions:create,get log::get portforward:PodPortForwardOptions:create,get proxy:PodProxyOptions:create,delete,get,patch,update resize status
  podtemplates PodTemplate namespaced *
  replicationcontrollers ReplicationController namespaced * rc all scale status
  resourcequotas ResourceQuota namespaced * quota - status
  secrets Secret namespaced *
  serviceaccounts ServiceAccount namespaced * sa - token:TokenRequest@authentication.k8s.io/v1:create
  services Service namespaced * svc all proxy:ServiceProxyOptions:create,delete,get,patch,update status
apiregistration.k8s.io/v1
  apiservices APIService cluster * - api-extensions status
apps/v1
  controllerrevisions ControllerRevision namespaced *
  daemonsets DaemonSet namespaced * ds all status
  deployments Deployment namespaced * deploy all scale status
  replicasets ReplicaSet namespaced * rs all scale status
  statefulsets StatefulSet namespaced * sts all scale status
events.k8s.io/v1
  events Event namespaced * ev
authentication.k8s.io/v1
  selfsubjectreviews SelfSubjectReview cluster create
  tokenreviews TokenReview cluster create
authorization.k8s.io/v1
  localsubjectaccessreviews LocalSubjectAccessReview namespaced create
  selfsubjectaccessreviews SelfSubjectAccessReview cluster create
  selfsubjectrulesreviews SelfSubjectRulesReview cluster create
  subjectaccessreviews SubjectAccessReview cluster create
autoscaling/v2
  horizontalpodautoscalers HorizontalPodAutoscaler namespaced * hpa all status
autoscaling/v1
  horizontalpodautoscalers HorizontalPodAutoscaler namespaced * hpa all status
batch/v1
  cronjobs CronJob namespaced * cj all status
  jobs Job namespaced * - all status
certificates.k8s.io/v1
  certificatesigningrequests CertificateSigningRequest cluster * csr - approval status
networking.k8s.io/v1
  ingressclasses IngressClass cluster *
  ingresses Ingress namespaced * ing - status
  ipaddresses IPAddress cluster * ip
  networkpolicies NetworkPolicy namespaced * netpol
  servicecidrs ServiceCIDR cluster * - - status
policy/v1
  poddisruptionbudgets PodDisruptionBudget namespaced * pdb - status
rbac.authorization.k8s.io/v1
  clusterrolebindings ClusterRoleBinding cluster *
  clusterroles ClusterRole cluster *
  rolebindings RoleBinding namespaced *
  roles Role namespaced *
storage.k8s.io/v1
  csidrivers CSIDriver cluster *
  csinodes CSINode cluster *
  csistoragecapacities CSIStorageCapacity namespaced *
  storageclasses StorageClass cluster * sc
  volumeattachments VolumeAttachment cluster * - - status
  volumeattributesclasses VolumeAttributesClass cluster * vac
admissionregistration.k8s.io/v1
  mutatingadmissionpolicies MutatingAdmissionPolicy cluster * - api-extensions
  mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding cluster * - api-extensions
  mutatingwebhookconfigurations MutatingWebhookConfiguration cluster * - api-extensions
  validatingadmissionpolicies ValidatingAdmissionPolicy cluster * - api-extensions status
  validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding cluster * - api-extensions
  validatingwebhookconfigurations ValidatingWebhookConfiguration cluster * - api-extensions
apiextensions.k8s.io/v1
  customresourcedefinitions CustomResourceDefinition cluster * crd,crds api-extensions status
scheduling.k8s.io/v1
  priorityclasses PriorityClass cluster * pc
coordination.k8s.io/v1
  leases Lease namespaced *
node.k8s.io/v1
  runtimeclasses RuntimeClass cluster *
discovery.k8s.io/v1
  endpointslices EndpointSlice namespaced *
resource.k8s.io/v1
  deviceclasses DeviceClass cluster *
  resourceclaims ResourceClaim namespaced * - - status
  resourceclaimtemplates ResourceClaimTemplate namespaced *
  resourceslices ResourceSlice cluster *
flowcontrol.apiserver.k8s.io/v1
  flowschemas FlowSchema cluster * - - status
  prioritylevelconfigurations PriorityLevelConfiguration cluster * - - status
`;

/** The fields, beside name and namespace, that objects can be selected by. */
export const BUILT_IN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  "/pods": [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
  ],
  "/nodes": ["spec.unschedulable"],
  "/namespaces": ["status.phase"],
  "/secrets": ["type"],
  "/services": ["spec.clusterIP", "spec.type"],
  "/replicationcontrollers": ["status.replicas"],
  "/events": [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  "events.k8s.io/events": [
    "regarding.kind",
    "regarding.namespace",
    "regarding.name",
    "regarding.uid",
    "regarding.apiVersion",
    "regarding.resourceVersion",
    "regarding.fieldPath",
    "reason",
    "reportingController",
    "type",
  ],
  "batch/jobs": ["status.successful"],
  "certificates.k8s.io/certificatesigningrequests": ["spec.signerName"],
  "resource.k8s.io/resourceslices": ["spec.nodeName", "spec.driver"],
};

/** The resources whose objects have a `spec`, but no `generation`. */
export const WITHOUT_GENERATION: ReadonlySet<string> = new Set([
  "/limitranges",
  "/namespaces",
  "/nodes",
  "/persistentvolumeclaims",
  "/persistentvolumes",
  "/resourcequotas",
  "/services",
  "apiregistration.k8s.io/apiservices",
  "autoscaling/horizontalpodautoscalers",
  "certificates.k8s.io/certificatesigningrequests",
  "coordination.k8s.io/leases",
  "networking.k8s.io/ipaddresses",
  "networking.k8s.io/servicecidrs",
  "resource.k8s.io/resourceclaims",
  "resource.k8s.io/resourceclaimtemplates",
  "storage.k8s.io/csidrivers",
  "storage.k8s.io/csinodes",
  "storage.k8s.io/volumeattachments",
]);

/** The resources whose objects are replaced only with a resource version. */
export const CONDITIONAL_UPDATES: ReadonlySet<string> = new Set([
  "admissionregistration.k8s.io/mutatingadmissionpolicies",
  "admissionregistration.k8s.io/mutatingadmissionpolicybindings",
  "admissionregistration.k8s.io/mutatingwebhookconfigurations",
  "admissionregistration.k8s.io/validatingadmissionpolicies",
  "admissionregistration.k8s.io/validatingadmissionpolicybindings",
  "admissionregistration.k8s.io/validatingwebhookconfigurations",
  "apiextensions.k8s.io/customresourcedefinitions",
  "coordination.k8s.io/leases",
  "node.k8s.io/runtimeclasses",
  "policy/poddisruptionbudgets",
  "storage.k8s.io/csidrivers",
  "storage.k8s.io/csinodes",
  "storage.k8s.io/csistoragecapacities",
  "storage.k8s.io/volumeattachments",
]);

/** The resources whose objects can be created with PUT. */
export const CREATED_BY_UPDATE: ReadonlySet<string> = new Set([
  "/endpoints",
  "/events",
  "/limitranges",
  "/services",
  "coordination.k8s.io/leases",
  "events.k8s.io/events",
  "node.k8s.io/runtimeclasses",
  "rbac.authorization.k8s.io/clusterrolebindings",
  "rbac.authorization.k8s.io/clusterroles",
  "rbac.authorization.k8s.io/rolebindings",
  "rbac.authorization.k8s.io/roles",
]);
