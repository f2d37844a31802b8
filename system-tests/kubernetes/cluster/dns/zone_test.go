package dns

import (
	"net/netip"
	"slices"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	discoverylisters "k8s.io/client-go/listers/discovery/v1"
	"k8s.io/client-go/tools/cache"
)

func TestReply(t *testing.T) {
	zone := newTestZone(t)
	for _, test := range []struct {
		name      string
		kind      dnsmessage.Type
		code      dnsmessage.RCode
		addresses []string
	}{
		{"web.shop.svc.cluster.local.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, []string{"10.96.0.7"}},
		{"WEB.shop.svc.cluster.local.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, []string{"10.96.0.7"}},
		{"web.shop.svc.cluster.local.", dnsmessage.TypeAAAA, dnsmessage.RCodeSuccess, nil},
		{"db.shop.svc.cluster.local.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, []string{"10.244.0.5"}},
		{"db-0.db.shop.svc.cluster.local.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, []string{"10.244.0.5"}},
		{"db-1.db.shop.svc.cluster.local.", dnsmessage.TypeA, dnsmessage.RCodeNameError, nil},
		{"web.other.svc.cluster.local.", dnsmessage.TypeA, dnsmessage.RCodeNameError, nil},
		{"web.svc.cluster.local.", dnsmessage.TypeA, dnsmessage.RCodeNameError, nil},
		{"example.com.", dnsmessage.TypeA, dnsmessage.RCodeNameError, nil},
	} {
		reply := ask(t, zone, test.name, test.kind)
		if reply.RCode != test.code {
			t.Errorf("%s: code %v, wanted %v", test.name, reply.RCode, test.code)
		}
		if found := addressesOf(reply); !slices.Equal(found, test.addresses) {
			t.Errorf("%s: addresses %v, wanted %v", test.name, found, test.addresses)
		}
	}
}

func TestReplyIgnoresWhatIsNoQuery(t *testing.T) {
	zone := newTestZone(t)
	response := dnsmessage.Message{Header: dnsmessage.Header{Response: true}}
	packed, err := response.Pack()
	if err != nil {
		t.Fatal(err)
	}
	for _, message := range [][]byte{nil, {1, 2, 3}, packed} {
		if reply := zone.reply(message); reply != nil {
			t.Errorf("%v was answered", message)
		}
	}
}

func newTestZone(t *testing.T) *serviceZone {
	byNamespace := cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}
	services := cache.NewIndexer(cache.MetaNamespaceKeyFunc, byNamespace)
	endpoints := cache.NewIndexer(cache.MetaNamespaceKeyFunc, byNamespace)
	ready, notReady, first, second := true, false, "db-0", "db-1"
	for _, object := range []any{
		&corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}, Spec: corev1.ServiceSpec{ClusterIP: "10.96.0.7"}},
		&corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "db"}, Spec: corev1.ServiceSpec{ClusterIP: corev1.ClusterIPNone}},
	} {
		if err := services.Add(object); err != nil {
			t.Fatal(err)
		}
	}
	slice := &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "db-x", Labels: map[string]string{discoveryv1.LabelServiceName: "db"}},
		Endpoints: []discoveryv1.Endpoint{
			{Addresses: []string{"10.244.0.5"}, Hostname: &first, Conditions: discoveryv1.EndpointConditions{Ready: &ready}},
			{Addresses: []string{"10.244.0.6"}, Hostname: &second, Conditions: discoveryv1.EndpointConditions{Ready: &notReady}},
		},
	}
	if err := endpoints.Add(slice); err != nil {
		t.Fatal(err)
	}
	return &serviceZone{
		suffix:   ".svc.cluster.local.",
		services: corelisters.NewServiceLister(services),
		slices:   discoverylisters.NewEndpointSliceLister(endpoints),
	}
}

func ask(t *testing.T, zone *serviceZone, name string, kind dnsmessage.Type) dnsmessage.Message {
	query := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 7, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name), Type: kind, Class: dnsmessage.ClassINET}},
	}
	packed, err := query.Pack()
	if err != nil {
		t.Fatal(err)
	}
	var reply dnsmessage.Message
	if err := reply.Unpack(zone.reply(packed)); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if !reply.Response || reply.ID != query.ID {
		t.Errorf("%s: the reply is none to the query", name)
	}
	return reply
}

func addressesOf(message dnsmessage.Message) []string {
	var addresses []string
	for _, answer := range message.Answers {
		if a, ok := answer.Body.(*dnsmessage.AResource); ok {
			addresses = append(addresses, netip.AddrFrom4(a.A).String())
		}
	}
	return addresses
}
