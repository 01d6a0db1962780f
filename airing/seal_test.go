package airing

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/internal/fault"
)

// madeSeals are three signed seals over growing chains, and the last with its chains.
func madeSeals(t *testing.T) (list []Seal, last Sealed) {
	t.Helper()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	var prev Seal
	for i := range 3 {
		chains := []Head{HeadOf("S00001", uint32(i+1), []byte{byte(i)}), HeadOf("S00002", 5, []byte("five"))}
		seal := NewSeal(prev, Week(2837+i), chains).SignedBy(key, "house", time.Date(2024, 5, 20+i, 8, 0, 0, 123, time.FixedZone("", 7*3600)))
		last, prev, list = NewSealed(seal, prev, chains, 0), seal, append(list, seal)
	}
	return list, last
}

func TestSealsFollowEachOther(t *testing.T) {
	list, last := madeSeals(t)
	var prev Seal
	for _, s := range list {
		if !s.Fits(prev) {
			t.Errorf("seal %d does not fit", s.Number)
		}
		prev = s
	}
	if last.Word != SealHolds || list[0].Prev != (Hash{}) {
		t.Errorf("%s after %s", last.Word, list[0].Prev)
	}
	if list[2].Fits(list[0]) || list[1].Fits(Seal{}) {
		t.Error("a seal fits although one between is missing")
	}
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize))
	unsigned := list[2]
	unsigned.Signed = nil
	if list[2].SignedBy(other, "house", last.Signed.At).Fits(list[1]) || unsigned.Fits(list[1]) {
		t.Error("the key changed, or was left out, in silence")
	}
	old := list[1] // of before there were signatures
	old.Signed = nil
	if !list[2].Fits(old) {
		t.Error("the first signed seal does not fit one that is not")
	}
}

// TestASealSaysWhatWasChanged changes each thing a file with a seal says.
func TestASealSaysWhatWasChanged(t *testing.T) {
	_, good := madeSeals(t)
	read := func(d Sealed) Sealed {
		t.Helper()
		b, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		d, err = ReadSealed(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if d := read(good); d.Word != SealHolds || d.Code != good.Code || !d.Has(good.Code) {
		t.Fatalf("%+v", d)
	}
	for name, change := range map[string]func(*Sealed){
		"week":         func(d *Sealed) { d.Week++ },
		"number":       func(d *Sealed) { d.Number++ },
		"before":       func(d *Sealed) { d.Prev[0]++ },
		"sum":          func(d *Sealed) { d.Heads[31]++ },
		"count":        func(d *Sealed) { d.Count-- },
		"installation": func(d *Sealed) { d.Signed.Installation = "another" },
		"time":         func(d *Sealed) { d.Signed.At = d.Signed.At.Add(time.Second) },
		"key":          func(d *Sealed) { d.Signed.Key[3]++ },
		"short key":    func(d *Sealed) { d.Signed.Key = d.Signed.Key[:4] },
		"signature":    func(d *Sealed) { d.Signed.Signature[0]++ },
		"chain":        func(d *Sealed) { d.Chains[0].Seq++ },
		"entry":        func(d *Sealed) { d.Chains[1].Hash[5]++ },
		"station":      func(d *Sealed) { d.Chains[1].Station = "S00003" },
		"one less":     func(d *Sealed) { d.Chains = d.Chains[:1] },
		"one more":     func(d *Sealed) { d.Chains = append(d.Chains, d.Chains[0]) },
		"its own word": func(d *Sealed) { d.Chains[0].Seq, d.Word = 9, SealHolds },
	} {
		d := read(good)
		change(&d)
		if d = read(d); d.Word != SealBroken {
			t.Errorf("%s changed: %s", name, d.Word)
		}
	}
	bare := good
	bare.Chains = nil
	if d := read(bare); d.Word != SealUnknown {
		t.Errorf("without chains: %s", d.Word)
	}
}

// A chain that ends sooner than it did is not told, and its seal is broken, whatever its sums say.
func TestALostEndBreaksASeal(t *testing.T) {
	list, _ := madeSeals(t)
	chains := func() []Head {
		return []Head{HeadOf("S00002", 5, []byte("five")), HeadOf("S00001", 2, []byte{1})} // as an engine finds them
	}
	if d := NewSealed(list[1], list[0], chains(), 2); d.Broken() || d.Word != SealHolds || d.Chains[0].Station != "S00001" {
		t.Errorf("%+v", d)
	}
	if d := NewSealed(list[1], list[0], chains(), 3); !d.Broken() {
		t.Errorf("with one end lost: %s", d.Word)
	}
	if d := NewSealed(list[1], list[0], nil, 0); d.Broken() || d.Word != SealUnknown {
		t.Errorf("whose ends were not noted: %s", d.Word)
	}
	if d := NewSealed(list[1], list[0], nil, 2); !d.Broken() {
		t.Errorf("with every end lost: %s", d.Word)
	}
}

func TestFilesOfOneLog(t *testing.T) {
	list, third := madeSeals(t)
	second := NewSealed(list[1], list[0], []Head{HeadOf("S00001", 2, []byte{1}), HeadOf("S00002", 5, []byte("five"))}, 0)
	first := NewSealed(list[0], Seal{}, []Head{HeadOf("S00001", 1, []byte{0}), HeadOf("S00002", 5, []byte("five"))}, 0)
	if !third.After(second) || !second.After(first) || !third.After(first) || !third.After(third) {
		t.Error("seals of one log do not follow each other")
	}
	shorter := third
	shorter.Chains = first.Chains[1:]
	forged := NewSealed(NewSeal(list[0], 2838, nil), list[0], nil, 0)
	if shorter.After(first) || third.After(forged) || forged.After(first) {
		t.Error("a seal of another log follows")
	}
}

func TestACodeIsReadAsItIsTyped(t *testing.T) {
	_, d := madeSeals(t)
	for _, typed := range []string{d.Code, strings.ToUpper(d.Code), strings.ReplaceAll(d.Code, " ", ""), strings.ReplaceAll(d.Code, " ", "-"),
		" " + strings.ReplaceAll(d.Code, " ", "\u00a0"), d.Hash().String()} {
		if err := CheckCode(typed); err != nil || !d.Has(typed) {
			t.Errorf("%q: %v", typed, err)
		}
	}
	for _, typed := range []string{"", "abcd", d.Code[:20], "zz" + d.Code[2:]} {
		if err := CheckCode(typed); !fault.Is(err, "airing.seal_code") || d.Has(typed) {
			t.Errorf("%q: %v", typed, err)
		}
	}
	if len(slices.Collect(strings.FieldsSeq(d.Signed.KeyCode()))) != 16 {
		t.Error(d.Signed.KeyCode())
	}
}

func FuzzReadSealed(f *testing.F) {
	f.Add([]byte(`{"number":1,"week":2837,"count":1,"chains":[{"station":"S00001","seq":1}],"signed":{"key":"AAAA"}}`))
	f.Add([]byte(`{"number":1,"signed":null}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := ReadSealed(bytes.NewReader(b))
		if err == nil && (d.Code != d.Seal.Code() || d.Word == SealHolds && len(d.Chains) != d.Count) {
			t.Errorf("%+v", d)
		}
	})
}
