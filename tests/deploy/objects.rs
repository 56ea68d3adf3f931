//! What the manifests promise a cluster: nothing that the restricted standard forbids, nothing that points
//! nowhere, nobody who talks to whom they need not.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::compose::texts;
use crate::kubernetes::{Manifests, name_of, object};

/// What people make by hand, as the manifests tell them.
const BY_HAND: [&str; 2] = ["arena-bots", "arena-store"];

/// Everything that can be applied: the base, the example, and the example with a database. Built once.
fn variants() -> &'static [Vec<Value>; 3] {
    static BUILT: OnceLock<[Vec<Value>; 3]> = OnceLock::new();
    BUILT.get_or_init(|| {
        let manifests = Manifests::with_papers();
        let build = |folder: &str| manifests.build(folder).unwrap_or_else(|said| panic!("{folder}: {said}"));
        let (base, example) = (build("base"), build("overlays/example"));
        manifests.enable("../../components/postgres");
        [base, example, build("overlays/example")]
    })
}

/// The objects that make pods, with the pods' labels and spec.
fn workloads(objects: &[Value]) -> Vec<(&Value, &Value, &Value)> {
    let with_pods = objects.iter().filter(|one| one["spec"]["template"]["spec"]["containers"].is_array());
    let with_pods: Vec<&Value> = with_pods.collect();
    assert!(with_pods.len() >= 2, "coordinator and workers");
    with_pods
        .into_iter()
        .map(|one| (one, &one["spec"]["template"]["metadata"]["labels"], &one["spec"]["template"]["spec"]))
        .collect()
}

#[test]
fn every_pod_keeps_to_the_restricted_standard() {
    for objects in variants() {
        let namespace = object(objects, "Namespace", "arena");
        assert_eq!(namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "restricted");
        for (workload, _, pod) in workloads(objects) {
            let name = name_of(workload);
            assert_eq!(workload["metadata"]["namespace"], "arena");
            for forbidden in ["hostNetwork", "hostPID", "hostIPC"] {
                assert!(pod[forbidden].is_null(), "{name}: {forbidden}");
            }
            let security = &pod["securityContext"];
            assert_eq!(security["runAsNonRoot"], true, "{name}");
            assert!(security["runAsUser"].as_u64().is_some_and(|user| user > 0), "{name}");
            assert_eq!(security["seccompProfile"]["type"], "RuntimeDefault", "{name}");
            assert_eq!(pod["automountServiceAccountToken"], false, "{name}");
            for container in pod["containers"].as_array().unwrap() {
                let expected = json!({
                    "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
                });
                assert_eq!(container["securityContext"], expected, "{name}");
            }
            let kinds = ["name", "emptyDir", "configMap", "secret", "persistentVolumeClaim"];
            for volume in pod["volumes"].as_array().unwrap() {
                let keys = volume.as_object().unwrap().keys();
                assert!(keys.clone().all(|key| kinds.contains(&key.as_str())), "{name}: {volume}");
                assert_eq!(keys.count(), 2, "{name}: {volume}");
            }
        }
    }
}

#[test]
fn nothing_points_nowhere() {
    let [base, example, postgres] = variants();
    for (objects, is_whole) in [(base, false), (example, true), (postgres, true)] {
        let is_there = |kind: &str, name: &Value| {
            let name = name.as_str().unwrap();
            let is_made = objects.iter().any(|one| one["kind"] == kind && name_of(one) == name);
            // The base has no papers of its own.
            is_made || BY_HAND.contains(&name) || (!is_whole && kind == "Secret")
        };
        for (workload, labels, pod) in workloads(objects) {
            for volume in pod["volumes"].as_array().unwrap() {
                for (kind, name) in [
                    ("Secret", &volume["secret"]["secretName"]),
                    ("ConfigMap", &volume["configMap"]["name"]),
                    ("PersistentVolumeClaim", &volume["persistentVolumeClaim"]["claimName"]),
                ] {
                    assert!(name.is_null() || is_there(kind, name), "{kind} {name} of {}", name_of(workload));
                }
            }
            let chosen_by = objects.iter().filter(|one| {
                let selector = &one["spec"]["podSelector"]["matchLabels"];
                let service = &one["spec"]["selector"];
                is_chosen(labels, selector)
                    || is_chosen(labels, service)
                    || is_chosen(labels, &service["matchLabels"])
            });
            let kinds: Vec<&str> = chosen_by.map(|one| one["kind"].as_str().unwrap()).collect();
            let expected: &[&str] = match name_of(workload) {
                "arena-worker" => &["Deployment", "NetworkPolicy", "PodDisruptionBudget"],
                _ => &["Service", "NetworkPolicy"],
            };
            assert!(expected.iter().all(|kind| kinds.contains(kind)), "{}: {kinds:?}", name_of(workload));
        }
    }
    let is_claim = |one: &Value| one["kind"] == "PersistentVolumeClaim";
    assert!(!postgres.iter().any(is_claim), "two coordinators share no volume");
    assert_eq!(object(postgres, "Job", "arena-coordinator")["spec"]["parallelism"], 2);
}

fn is_chosen(labels: &Value, selector: &Value) -> bool {
    let selector = selector.as_object().filter(|selector| !selector.is_empty());
    selector.is_some_and(|selector| selector.iter().all(|(key, value)| &labels[key] == value))
}

#[test]
fn a_worker_reaches_the_coordinator_and_names_and_nothing_else() {
    for objects in variants() {
        let nobody = object(objects, "NetworkPolicy", "arena-nobody");
        assert_eq!(nobody["spec"], json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}));
        let policy = &object(objects, "NetworkPolicy", "arena-worker")["spec"];
        let [calls, names] = &policy["egress"].as_array().unwrap()[..] else { panic!("{policy}") };
        assert_eq!(
            calls["to"],
            json!([{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "arena-coordinator"}}}])
        );
        assert_eq!(calls["ports"], json!([{"port": 7070}]));
        assert_eq!(names["to"][0]["podSelector"]["matchLabels"], json!({"k8s-app": "kube-dns"}));
        assert!(names["ports"].as_array().unwrap().iter().all(|port| port["port"] == 53));
        let [scrapes] = &policy["ingress"].as_array().unwrap()[..] else { panic!("{policy}") };
        assert_eq!(scrapes["ports"], json!([{"port": 7071}]));
    }
}

#[test]
fn ports_probes_and_ends_are_those_of_the_programs() {
    for objects in variants() {
        let ours = |(workload, ..): &(&Value, &Value, &Value)| name_of(workload).starts_with("arena-");
        for (workload, _, pod) in workloads(objects).into_iter().filter(ours) {
            let container = &pod["containers"][0];
            let arguments = texts(&container["args"]);
            let listens: Vec<u64> = arguments
                .iter()
                .filter(|word| word.starts_with("--http=") || word.starts_with("--listen="))
                .map(|word| word.rsplit(':').next().unwrap().parse().unwrap())
                .collect();
            let ports = container["ports"].as_array().unwrap();
            assert!(
                ports.iter().all(|port| listens.contains(&port["containerPort"].as_u64().unwrap())),
                "{ports:?}"
            );
            assert_eq!(ports.len(), listens.len(), "{}", name_of(workload));
            for (probe, path) in [("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")] {
                assert_eq!(container[probe]["httpGet"], json!({"path": path, "port": "http"}));
            }
            assert_eq!(pod["terminationGracePeriodSeconds"], 120, "time to drain");
        }
        let rules = &object(objects, "Job", "arena-coordinator")["spec"]["podFailurePolicy"]["rules"];
        let codes: Vec<(&Value, &Value)> = rules
            .as_array()
            .unwrap()
            .iter()
            .map(|rule| (&rule["action"], &rule["onExitCodes"]["values"]))
            .collect();
        // Exit codes of `coordinator --help`: usage, and interrupted.
        assert_eq!(codes[0], (&json!("FailJob"), &json!([2])));
        assert_eq!(codes[1], (&json!("Ignore"), &json!([4])));
    }
}

#[test]
fn the_scaler_alone_says_how_many_workers_there_are() {
    let [base, example, _] = variants();
    assert_eq!(object(base, "Deployment", "arena-worker")["spec"]["replicas"], 2);
    let worker = object(example, "Deployment", "arena-worker");
    assert!(worker["spec"]["replicas"].is_null());
    let scaler = &object(example, "HorizontalPodAutoscaler", "arena-worker")["spec"];
    assert_eq!(scaler["scaleTargetRef"]["kind"], worker["kind"]);
    assert_eq!(scaler["scaleTargetRef"]["name"], worker["metadata"]["name"]);
    let metric = &scaler["metrics"][0]["external"]["metric"]["name"];
    let adapter = crate::tools::read("deploy/kubernetes/components/autoscaling/adapter.yaml");
    assert!(adapter.contains(&format!("as: {}", metric.as_str().unwrap())), "{metric}");
}
