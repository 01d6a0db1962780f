package storetest

import (
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/airing/texting"
	"loa/internal/fault"
	"loa/stations"
	"loa/store"
)

// texted fills the engine as aired does and lets it take text messages of Lan, who is in the file of station S00001. It
// gives who hands them on.
func texted(t *testing.T, e store.Engine) (gateway accounts.Actor, slot string) {
	t.Helper()
	ctx := t.Context()
	_, slot = aired(t, e)
	reg := must[*stations.Registry](t)(e.Registry(ctx))
	st := must[*stations.Station](t)(reg.Station("S00001"))
	c := stations.SaveStation{ID: st.ID, Fields: st.Fields}
	c.Contacts = []stations.Contact{{Name: "Hoàng Thị Lan", Phone: "0912345678"}}
	must[stations.Station](t)(e.SaveStation(ctx, daemonAt("contact", engineAt), c))
	token := accounts.HashOf("loa_gateway")
	must[texting.Settings](t)(e.SaveTextSettings(ctx, daemonAt("texts", engineAt), texting.SaveSettings{On: true, Token: token}))
	who := must[accounts.Person](t)(e.ByToken(ctx, token, engineAt))
	if who.ID != accounts.GatewayPerson().ID {
		t.Fatalf("the gateway's token is of %+v", who)
	}
	return who.Actor("token"), slot
}

// engineTexts: a text is a report once, whatever the gateway repeats; a trial keeps nothing; what is old is forgotten and
// its report stays.
func engineTexts(t *testing.T, e store.Engine) {
	ctx := t.Context()
	gateway, slot := texted(t, e)
	start := time.Date(2024, 5, 13, 10, 0, 0, 0, time.UTC)
	receive := func(id, body string, after time.Duration) (texting.Text, error) {
		return e.ReceiveText(ctx, by(gateway, start.Add(after)), texting.Receive{ID: id, From: "+84912345678", Text: body, SentAt: start.Add(20 * time.Minute)})
	}
	later := start.Add(time.Hour)
	tried, err := e.TryText(ctx, daemonAt("try", later), texting.Receive{ID: "try", From: "0912345678", Text: "PT OK", SentAt: later})
	if err != nil || tried.State != texting.Reported || tried.Reply == "" {
		t.Fatalf("the trial: %+v, %v", tried, err)
	}
	if list, _, err := e.Texts(ctx, accounts.Daemon(), texting.Query{}, "", 10); err != nil || len(list) != 0 {
		t.Fatalf("a trial was kept: %+v, %v", list, err)
	}
	if said := must[map[string]airing.Line](t)(e.ForSlots(ctx, accounts.Daemon(), []string{slot})); len(said) != 0 {
		t.Fatalf("a trial is a report: %+v", said)
	}
	first, err := receive("1", "PT OK 17:05", 2*time.Hour)
	if err != nil || first.State != texting.Reported || first.Report != first.ID || first.Station != "S00001" || first.Name != "Hoàng Thị Lan" {
		t.Fatalf("%+v, %v", first, err)
	}
	if again, err := receive("1", "PT OK 17:05", 3*time.Hour); err != nil || again != first {
		t.Errorf("the repeat: %+v, %v", again, err)
	}
	if _, err := receive("1", "PT KO DIEN", 3*time.Hour); !fault.Is(err, "texts.id_reused") {
		t.Errorf("the ID of another text: %v", err)
	}
	if other, err := receive("2", "PT OK 17:05", 3*time.Hour); err != nil || other.State != texting.Repeated || other.Report != first.ID {
		t.Errorf("what the network repeats: %+v, %v", other, err)
	}
	line := must[airing.Line](t)(e.Airing(ctx, accounts.Daemon(), first.ID))
	if line.Slot != slot || line.By.Name != "Hoàng Thị Lan" || line.By.Person != "" || line.By.Via != "text" || line.Texted == nil ||
		line.Texted.From != "0912345678" || line.Texted.Text != "PT OK 17:05" || !line.SaidAt.Equal(start.Add(20*time.Minute)) || line.Unproven ||
		!line.StartedAt.Equal(start.Add(5*time.Minute)) || !line.OnTime {
		t.Errorf("%+v", line)
	}
	if said, err := receive("3", "PT KO MUA 17:00", 4*time.Hour); err != nil || said.State != texting.Asked {
		t.Errorf("a contradiction by a bare word: %+v, %v", said, err)
	}
	for _, who := range []accounts.Actor{operatorOf("S00001"), {}} {
		if _, err := e.ReceiveText(ctx, by(who, start), texting.Receive{ID: "x", From: "0912345678", Text: "PT", SentAt: start}); fault.Of(err) == nil {
			t.Error("handed on by who is no gateway")
		}
		if _, _, err := e.Texts(ctx, who, texting.Query{}, "", 1); fault.Of(err) == nil {
			t.Error("read by who may not")
		}
		if _, err := e.TryText(ctx, by(who, start), texting.Receive{ID: "x", From: "0912345678", Text: "PT", SentAt: start}); fault.Of(err) == nil {
			t.Error("tried by who may not")
		}
	}
	var ids []string
	after := ""
	for range 5 {
		list, next, err := e.Texts(ctx, accounts.Daemon(), texting.Query{Phone: "+84 912 345 678"}, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			ids = append(ids, x.Gateway)
		}
		if after = next; next == "" {
			break
		}
	}
	same(t, ids, []string{"3", "2", "1"})
	if list, _, err := e.Texts(ctx, accounts.Daemon(), texting.Query{State: texting.Repeated}, "", 10); err != nil || len(list) != 1 {
		t.Errorf("of one state: %+v, %v", list, err)
	}
	if _, _, err := e.Texts(ctx, accounts.Daemon(), texting.Query{}, "none", 10); !fault.Is(err, "texts.cursor") {
		t.Errorf("after none: %v", err)
	}
	for _, want := range []int{2, 1, 0} {
		if n := must[int](t)(e.ForgetTexts(ctx, start.AddDate(0, 0, 90), 2)); n != want {
			t.Errorf("forgot %d, want %d", n, want)
		}
	}
	if again, err := receive("1", "PT OK 17:05", 5*time.Hour); err != nil || again.State != texting.Repeated || again.Report != first.ID {
		t.Errorf("again, long forgotten: %+v, %v", again, err)
	}
	must[int](t)(e.ForgetTexts(ctx, start.AddDate(0, 0, 90), 9))
}
