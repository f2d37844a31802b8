package main

import (
	"fmt"
	"path/filepath"
)

// programsOf returns the programs of the cluster with their flags.
func programsOf(l layout, o options) map[string]*program {
	kube, node := filepath.Join(o.bin, "kube"), filepath.Join(o.bin, "node")
	commands := map[string][]string{
		"etcd":       etcdCommand(kube, l),
		"apiserver":  apiserverCommand(kube, l, o.port),
		"containerd": {"containerd", "--config", l.path("conf", "containerd.toml")},
		"controller-manager": {kube, "controller-manager",
			"--kubeconfig=" + l.kubeconfig("controller-manager"),
			"--service-account-private-key-file=" + l.key("service-accounts.key"),
			"--root-ca-file=" + l.key("ca.crt"),
			"--cluster-signing-cert-file=" + l.key("ca.crt"), "--cluster-signing-key-file=" + l.key("ca.key"),
			"--use-service-account-credentials=true",
			// The default is a folder of the machine, which it creates.
			"--flex-volume-plugin-dir=" + l.path("state", "volumeplugins"),
			"--leader-elect=false", "--bind-address=127.0.0.1", "--profiling=false"},
		"scheduler": {kube, "scheduler", "--kubeconfig=" + l.kubeconfig("scheduler"),
			"--leader-elect=false", "--bind-address=127.0.0.1", "--profiling=false"},
		"kubelet": {node, "kubelet", "--config=" + l.path("conf", "kubelet.yaml"),
			"--kubeconfig=" + l.kubeconfig("kubelet"), "--root-dir=" + kubeletFolder,
			"--cert-dir=" + l.path("state", "kubelet-pki"),
			"--hostname-override=" + nodeName, "--node-ip=" + gateway},
		"proxy": {node, "proxy", "--config=" + l.path("conf", "proxy.yaml")},
		"dns":   {node, "dns", "--kubeconfig=" + l.kubeconfig("proxy"), "--listen=" + gateway + ":53"},
		"policies": {node, "policies", "--kubeconfig=" + l.kubeconfig("admin"), "--node=" + nodeName,
			fmt.Sprint("--queue=", policyQueue)},
	}
	programs := make(map[string]*program, len(commands))
	for name, command := range commands {
		programs[name] = &program{name: name, command: command}
	}
	return programs
}

// etcdCommand leaves out flushing to disk: a crash of the machine ends the cluster anyway.
func etcdCommand(kube string, l layout) []string {
	return []string{kube, "etcd", "--data-dir=" + l.path("state", "etcd"), "--unsafe-no-fsync", "--log-level=warn",
		"--listen-client-urls=http://127.0.0.1:2379", "--advertise-client-urls=http://127.0.0.1:2379",
		"--listen-peer-urls=http://127.0.0.1:2380", "--initial-advertise-peer-urls=http://127.0.0.1:2380",
		"--initial-cluster=default=http://127.0.0.1:2380"}
}

func apiserverCommand(kube string, l layout, port int) []string {
	return []string{kube, "apiserver",
		"--etcd-servers=http://127.0.0.1:2379",
		"--bind-address=0.0.0.0", fmt.Sprint("--secure-port=", port), "--advertise-address=" + gateway,
		"--client-ca-file=" + l.key("ca.crt"),
		"--tls-cert-file=" + l.key("apiserver.crt"), "--tls-private-key-file=" + l.key("apiserver.key"),
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-signing-key-file=" + l.key("service-accounts.key"),
		"--service-account-key-file=" + l.key("service-accounts.pub"),
		"--service-cluster-ip-range=" + services,
		"--authorization-mode=Node,RBAC", "--allow-privileged=true",
		"--enable-admission-plugins=NodeRestriction",
		"--requestheader-client-ca-file=" + l.key("front-proxy-ca.crt"),
		"--requestheader-allowed-names=front-proxy-client",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--requestheader-group-headers=X-Remote-Group", "--requestheader-username-headers=X-Remote-User",
		"--proxy-client-cert-file=" + l.key("front-proxy.crt"), "--proxy-client-key-file=" + l.key("front-proxy.key"),
		"--kubelet-client-certificate=" + l.key("kubelet-client.crt"), "--kubelet-client-key=" + l.key("kubelet-client.key"),
		"--kubelet-preferred-address-types=InternalIP",
		"--enable-aggregator-routing=true", "--profiling=false",
	}
}
