package uploads_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"loa/library"
	"loa/web/uploads"
)

func FuzzMetadata(f *testing.F) {
	for _, s := range []string{"", "filename QuG6o24gdGluLm1wMw==,kind cGhvdG8=", "a", "a ,b", "a YQ==,a YQ==", "a %", ",", "é YQ==", "a YQ==\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		all, err := uploads.ParseMetadata(header)
		if (err == nil) != (all != nil) {
			t.Fatalf("%v with %v", all, err)
		}
		for k, v := range all {
			if k == "" || strings.ContainsAny(k, " ,\r\n") || !utf8.ValidString(v) {
				t.Fatalf("%q: %q", k, v)
			}
		}
	})
}

func FuzzFileName(f *testing.F) {
	for _, s := range []string{"", "../../etc/passwd", `C:\x\Bản tin.mp3`, "Ba\u0309n tin.mp3", "a\x00b.mp3", "\u202egnp.exe",
		"...", strings.Repeat("ế", 500) + ".mp3", "\xff\xfe", "no\x7f\u0302ng.mp3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := library.CleanName(name)
		if got == "" || utf8.RuneCountInString(got) > 120 || strings.ContainsAny(got, "/\\\x00\r\n\"") || !utf8.ValidString(got) ||
			strings.HasPrefix(got, ".") || !norm.NFC.IsNormalString(got) || strings.IndexFunc(got, unicode.IsControl) >= 0 {
			t.Fatalf("%q became %q", name, got)
		}
		if again := library.CleanName(got); again != got {
			t.Fatalf("%q became %q and then %q", name, got, again)
		}
	})
}
