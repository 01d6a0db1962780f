package uploads

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"loa/internal/fault"
	"loa/library/intake"
)

// mostMetadata is how long Upload-Metadata may be.
const mostMetadata = 4 << 10

// ParseMetadata reads Upload-Metadata: keys, each with a value in base64 or
// none, separated by commas. Keys must be of printable ASCII and unique, values
// UTF-8. What is wrong is uploads.metadata_malformed.
func ParseMetadata(header string) (map[string]string, error) {
	bad := fault.New(fault.Invalid, "uploads.metadata_malformed")
	if len(header) > mostMetadata {
		return nil, bad
	}
	all := map[string]string{}
	if strings.TrimSpace(header) == "" {
		return all, nil
	}
	for pair := range strings.SplitSeq(header, ",") {
		key, coded, _ := strings.Cut(strings.Trim(pair, " \t"), " ")
		if _, twice := all[key]; twice || !printable(key) {
			return nil, bad
		}
		value, err := base64.StdEncoding.Strict().DecodeString(coded)
		if err != nil || !utf8.Valid(value) || strings.ContainsAny(coded, "\r\n") {
			return nil, bad
		}
		all[key] = string(value)
	}
	return all, nil
}

func printable(key string) bool {
	for i := 0; i < len(key); i++ {
		if key[i] <= ' ' || key[i] > '~' {
			return false
		}
	}
	return key != ""
}

// algorithms lists what parseChecksum knows, the cheapest first.
const algorithms = "sha1,sha256,md5"

// parseChecksum reads Upload-Checksum; "" is none. Faults:
// uploads.checksum_unknown for another algorithm, uploads.checksum_malformed.
func parseChecksum(header string) (*intake.Checksum, error) {
	if header == "" {
		return nil, nil
	}
	name, coded, _ := strings.Cut(header, " ")
	c := &intake.Checksum{}
	switch name {
	case "sha1":
		c.Hash = sha1.New()
	case "sha256":
		c.Hash = sha256.New()
	case "md5":
		c.Hash = md5.New()
	default:
		return nil, fault.New(fault.Invalid, "uploads.checksum_unknown", "algorithms", algorithms)
	}
	want, err := base64.StdEncoding.DecodeString(coded)
	if err != nil || len(want) != c.Hash.Size() {
		return nil, fault.New(fault.Invalid, "uploads.checksum_malformed")
	}
	c.Want = want
	return c, nil
}
