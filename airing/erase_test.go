package airing

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"loa/accounts"
)

// chainOf links entries of one station.
func chainOf(t *testing.T, list ...Entry) (raws [][]byte) {
	t.Helper()
	head := Head{Station: "S00001"}
	for _, e := range list {
		e.Station = head.Station
		raw, next, err := Link(head, &e)
		if err != nil {
			t.Fatal(err)
		}
		raws, head = append(raws, raw), next
	}
	return raws
}

// A chain of which an erasure changed entries is followed by the hashes they had; whatever else was changed, or is told otherwise than it
// is, is found.
func TestAChainIsFollowedOverErasures(t *testing.T) {
	said := func(note string) Entry {
		return Entry{By: accounts.Actor{Person: "7", Name: "Mai"}, ReceivedAt: time.Unix(0, 0).UTC(), Report: &Report{Outcome: Aired, Note: note}}
	}
	plain := chainOf(t, said("một"), said("hai"), said("ba"))
	changed := func(raw []byte) []byte {
		var e Entry
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		e.By.Name = "X"
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	now := changed(plain[1])
	tells := Redact(2, Hash{}, false, plain[1], now)
	other := tells
	other.Now = Hash{1}
	late := Redacted{Seq: 9, Was: Hash{1}, Now: Hash{2}}
	for name, c := range map[string]struct {
		list   []Redacted
		was    map[uint32]Hash
		raw    []byte
		forged []uint32
	}{
		"told as it is":            {[]Redacted{tells}, map[uint32]Hash{2: tells.Was}, now, nil},
		"not told":                 {nil, map[uint32]Hash{2: tells.Was}, now, []uint32{2}},
		"told otherwise":           {[]Redacted{other}, map[uint32]Hash{2: tells.Was}, now, []uint32{2}},
		"told before and anew":     {[]Redacted{other, tells}, map[uint32]Hash{2: tells.Was}, now, nil},
		"told and not done":        {[]Redacted{tells}, nil, plain[1], []uint32{2}},
		"told of what comes after": {[]Redacted{tells, late}, map[uint32]Hash{2: tells.Was}, now, nil},
	} {
		raws := chainOf(t, said("một"), said("hai"), said("ba"), Entry{By: accounts.Actor{Person: "1"}, Erasure: &Erasure{Person: "7", Entries: c.list}})
		raws[1] = c.raw
		f := Follower{Head: Head{Station: "S00001"}, Was: func(seq uint32) (Hash, bool) { h, ok := c.was[seq]; return h, ok }}
		for i, raw := range raws {
			if _, err := f.Next(raw); err != nil {
				t.Fatalf("%s: entry %d: %v", name, i+1, err)
			}
		}
		if got := f.Forged(); !slices.Equal(got, c.forged) || f.Head.Seq != 4 || !slices.Equal(f.People, []string{"7"}) {
			t.Errorf("%s: forged %v, at %+v, of %v", name, got, f.Head, f.People)
		}
	}
	// The original hash is not in the place of the entry: the chain breaks there.
	f := Follower{Head: Head{Station: "S00001"}, Was: func(uint32) (Hash, bool) { return Hash{}, false }}
	if _, err := f.Next(plain[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Next(now); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Next(plain[2]); err == nil {
		t.Error("a changed entry was followed")
	}
	if again := Redact(2, tells.Was, true, now, []byte("x")); again.Was != tells.Was {
		t.Error("the second erasure forgot what the first was of")
	}
}

// An entry holds no name but what commits to it; it is told with the name while that is known, and with what stands in its place since.
func TestAnEntryIsVeiled(t *testing.T) {
	c, _ := accounts.Called{}.As("Vàng Thị Mai")
	e := Entry{By: accounts.Actor{Person: "7", Name: "Vàng Thị Mai"}}
	e.Veil(c)
	if e.By.Name != "" || e.Who == (Hash{}) {
		t.Fatalf("%+v", e)
	}
	for name, k := range map[string]struct {
		c            accounts.Called
		masked, want string
		ok           bool
	}{
		"known":  {c, "", "Vàng Thị Mai", true},
		"erased": {accounts.Called{}, "Người đã xoá", "Người đã xoá", true}, "nobody's": {accounts.Called{}, "", "", false},
	} {
		if got, ok := e.Unveiled(k.c, k.masked); ok != k.ok || got.By.Name != k.want {
			t.Errorf("%s: %q %t", name, got.By.Name, ok)
		}
	}
	old := Entry{By: accounts.Actor{Name: "Loa"}}
	if got, ok := old.Unveiled(c, ""); !ok || got.By.Name != "Loa" {
		t.Error("a name within an entry is not told")
	}
}
