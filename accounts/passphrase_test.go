package accounts

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"loa/internal/text"
)

func TestAPassphraseIsKnownAgainAndNoOther(t *testing.T) {
	ctx := context.Background()
	phc, err := HashPassphrase(ctx, "ba con trâu ra suối")
	if err != nil || !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q %v", phc, err)
	}
	if again, _ := HashPassphrase(ctx, "ba con trâu ra suối"); again == phc {
		t.Error("two hashes of one passphrase are equal: no salt")
	}
	for phrase, want := range map[string]bool{
		"ba con trâu ra suối": true, "ba con tra\u0302u ra suo\u0302\u0301i": true, // NFD from another keyboard
		"ba con trau ra suoi": false, "": false, strings.Repeat("a", 10_000): false,
	} {
		if ok, err := VerifyPassphrase(ctx, phc, phrase); err != nil || ok != want {
			t.Errorf("%.30q: %v %v", phrase, ok, err)
		}
	}
	if ok, err := VerifyPassphrase(ctx, "", "ba con trâu ra suối"); ok || err != nil {
		t.Errorf("nobody's passphrase matched: %v %v", ok, err)
	}
	for _, broken := range []string{"plain", "$argon2id$v=19$m=1,t=1$AA$AA", "$argon2id$v=19$m=99999999,t=2,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAA"} {
		if _, err := VerifyPassphrase(ctx, broken, "x"); err == nil {
			t.Errorf("%q was read", broken)
		}
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	busy <- struct{}{}
	busy <- struct{}{}
	defer func() { <-busy; <-busy }()
	if _, err := HashPassphrase(done, "x"); err == nil {
		t.Error("hashing did not wait for its turn")
	}
}

func TestGuessablePassphrasesAreRefused(t *testing.T) {
	for _, bad := range []string{
		"ngắn", "1234567890", "0912345678", "13/5/1990 08", "matkhau123", "M@tKhau2024!", "mật khẩu 123", "password1234", "P4ssw0rd!!", "qwertyuiop",
		"aaaaaaaaaaaa", "anh yêu em 2024", "nông thôn mới", "lào cai 2024", "hoa.nam.chay", "Hoa Nậm Chảy 1", "iloveyou123", "1q2w3e4r5t", "vietnam2024!",
		"truyền thanh lào cai", "!!!!!!!!!!!!", strings.Repeat("dài quá ", 40),
	} {
		if CheckPassphrase(bad, "hoa.nam.chay", "Hoa Nậm Chảy") == nil {
			t.Errorf("%q passed", bad)
		}
	}
	for _, own := range []string{"vangthimai1990", "mai.vang.1990", "1990VangThiMai", "Vàng Thị Mai 13/5", "m4i-1990-vang", "vàng-1990-mai!"} {
		if CheckPassphrase(own, "mai", "Vàng Thị Mai") == nil {
			t.Errorf("%q passed", own)
		}
	}
	for _, good := range []string{"bốn con dê lên nương", "correct horse battery staple", "Chiều mưa bản Phố", "k9#vQ2!mZx7p", "83 41 22 41 99 30 11 21 33 07",
		"ruộng bậc thang mùa nước đổ"} {
		if err := CheckPassphrase(good, "hoa.nam.chay", "Hoa Nậm Chảy"); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

func FuzzPassphraseHash(f *testing.F) {
	f.Add(nobody)
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA")
	f.Fuzz(func(t *testing.T, phc string) {
		if strings.Contains(phc, "m=") && !strings.Contains(phc, "m=8,") {
			t.Skip("keep the memory small")
		}
		if ok, err := VerifyPassphrase(context.Background(), phc, "x"); ok && err != nil {
			t.Errorf("%q matched and failed: %v", phc, err)
		}
	})
}

// An example that a sentence shows is what everybody would type.
func TestAnExampleIsNoPassphrase(t *testing.T) {
	quoted := regexp.MustCompile(`“([^”]{10,})”`)
	found := 0
	for _, lang := range []text.Language{text.Vietnamese, text.English} {
		for _, key := range []string{"accounts.passphrase_short", "accounts.passphrase_long", "accounts.passphrase_common", "door.passphrase_hint"} {
			for _, m := range quoted.FindAllStringSubmatch(lang.Say(key), -1) {
				found++
				plain := Plain(m[1])
				for _, variant := range []string{m[1], strings.ToUpper(m[1]), plain, plain + "1", plain + " 2024!", strings.ReplaceAll(plain, " ", ""),
					strings.ReplaceAll(plain, " ", "-"), strings.ReplaceAll(plain, "o", "0"), plain + plain} {
					if CheckPassphrase(variant, "hoa.nam.chay", "Hoa Nậm Chảy") == nil {
						t.Errorf("%q passed", variant)
					}
				}
			}
		}
	}
	if found == 0 {
		t.Error("no sentence shows an example any more")
	}
}
