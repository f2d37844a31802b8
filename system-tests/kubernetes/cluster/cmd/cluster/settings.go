package main

import (
	"embed"
	"os"
	"strings"
)

//go:embed settings
var settingsFiles embed.FS

// writeSettings fills this cluster's folder and addresses into the settings of containerd, CNI, kubelet and kube-proxy.
func writeSettings(l layout) error {
	values := strings.NewReplacer(
		"@DIR@", l.dir, "@STATE@", l.path("state"), "@PKI@", l.path("pki"), "@GATEWAY@", gateway, "@POD_NETWORK@", podNetwork,
		"@NODE@", nodeName, "@CGROUP@", cgroupName, "@PAUSE@", pauseImage, "@PROXY_KUBECONFIG@", l.kubeconfig("proxy"))
	for target, source := range map[string]string{
		l.path("conf", "containerd.toml"):          "containerd.toml",
		l.path("conf", "kubelet.yaml"):             "kubelet.yaml",
		l.path("conf", "proxy.yaml"):               "proxy.yaml",
		l.path("state", "cni", "10-pods.conflist"): "cni.conflist",
		l.path("conf", "resolv.conf"):              "resolv.conf",
	} {
		content, err := settingsFiles.ReadFile("settings/" + source)
		if err != nil {
			return err
		}
		if err := os.WriteFile(target, []byte(values.Replace(string(content))), 0o644); err != nil {
			return err
		}
	}
	return nil
}
