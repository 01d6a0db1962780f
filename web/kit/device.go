package kit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"loa/accounts"
)

// A device is a browser somebody has logged in with. A cookie that only the
// server can make says which people it knows, so that strangers who try their
// log-ins do not lock them out. It opens nothing.

// deviceLife is how long a browser is remembered after a log-in.
const deviceLife = 400 * 24 * time.Hour

// deviceMost is how many people one browser is remembered for.
const deviceMost = 4

func (r *Request) deviceMark(device, person string) string {
	mac := hmac.New(sha256.New, []byte("device\x00"+string(r.kit.cfg.ServerToken)))
	mac.Write([]byte(device + "\x00" + person))
	return hex.EncodeToString(mac.Sum(nil))[:32]
}

// device reads the cookie: the browser's own word, and a mark for each person.
func (r *Request) device() (id string, marks []string) {
	c, err := r.Cookie(r.cookieName("device"))
	if err != nil {
		return "", nil
	}
	parts := strings.Split(c.Value, ".")
	return parts[0], parts[1:]
}

// guest stands for whoever has seen the log-in form with a browser. It is nobody's ID.
const guest = "*"

// Guest is the browser's name if it has seen the log-in form, else "".
func (r *Request) Guest() string { return r.Device(guest) }

// RememberGuest notes that the browser has seen the log-in form.
func (r *Request) RememberGuest(w http.ResponseWriter) {
	if r.Guest() == "" {
		r.RememberDevice(w, guest)
	}
}

// Device is the browser's name if the person has logged in with it before,
// else "".
func (r *Request) Device(person string) string {
	id, marks := r.device()
	want := r.deviceMark(id, person)
	for _, m := range marks {
		if hmac.Equal([]byte(m), []byte(want)) {
			return id
		}
	}
	return ""
}

// RememberDevice notes that the person has logged in with this browser.
func (r *Request) RememberDevice(w http.ResponseWriter, person string) {
	id, marks := r.device()
	if len(id) != 26 {
		id, marks = accounts.NewSecret(), nil
	}
	all := []string{id, r.deviceMark(id, person)}
	for _, m := range marks {
		if m != all[1] && len(all) <= deviceMost {
			all = append(all, m)
		}
	}
	r.setCookie(w, "device", strings.Join(all, "."), deviceLife)
}

// Draw is a number that stays for what is named and that nobody without the server's key can know.
func (r *Request) Draw(name string) (n uint64) {
	mac := hmac.New(sha256.New, []byte("draw\x00"+string(r.kit.cfg.ServerToken)))
	mac.Write([]byte(name))
	for _, b := range mac.Sum(nil)[:8] {
		n = n<<8 | uint64(b)
	}
	return n
}
