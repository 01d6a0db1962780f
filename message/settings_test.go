package message

import (
	"testing"

	"loa/internal/fault"
)

// TestAnAddressThatCannotBeReachedIsRefusedWhenItIsSaved, not when something is sent there.
func TestAnAddressThatCannotBeReachedIsRefusedWhenItIsSaved(t *testing.T) {
	for url, fine := range map[string]bool{"https://tin.laocai.vn/loa": true, "https://tin.laocai.vn:8443/loa": true, "http://tin.laocai.vn:65535": true,
		"https://tin.laocai.vn:99999/loa": false, "https://tin.laocai.vn:0/": false, "https://tin.laocai.vn:-1/": false, "ftp://tin.laocai.vn": false,
		"https://a:b@tin.laocai.vn": false} {
		if err := CheckURL(url); (err == nil) != fine || err != nil && !fault.Is(err, "message.url_form") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
