package accounts

import (
	"encoding/json"
	"strings"
	"testing"

	"loa/internal/text"
)

// TestADeedOfAKnowledgeContestNamesIt: what was decided about somebody's try is about her contest, and says what and why.
func TestADeedOfAKnowledgeContestNamesIt(t *testing.T) {
	d := Concerns("quiz.judge", json.RawMessage(`{"id":"q1","try":"t1"}`), json.RawMessage(`{"id":"t1","contest":"q1","station":"S1"}`))
	d.Kind = "quiz.judge"
	d.Changes = Differs("quiz_tries", []byte(`{"right":2}`), []byte(`{"do":"count","why":"Mất sóng","right":3}`))
	names := Names{Places: nowhere{}, Contest: func(id string) string { return map[string]string{"q1": "Tìm hiểu"}[id] }}
	if got := strings.Join(d.Abouts(names, nil), ", "); !strings.Contains(got, "Tìm hiểu") {
		t.Errorf("about %q", got)
	}
	said := strings.Join(d.Said(text.Vietnamese, names), ", ")
	for _, want := range []string{"Tính phần đến muộn", "Lý do: Mất sóng", "Số câu đúng: 2 → 3"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q lacks %q", said, want)
		}
	}
	moved := Differs("quizzes", []byte(`{"stage":"announced","title":"Cũ"}`), []byte(`{"stage":"fixed","title":"Mới"}`))
	d = Deed{Kind: "quiz.move", Changes: moved}
	if said := strings.Join(d.Said(text.Vietnamese, names), ", "); !strings.Contains(said, "Đã mở → Đã chốt kết quả") || !strings.Contains(said, "Cũ → Mới") {
		t.Errorf("%q", said)
	}
}

type nowhere struct{ Places }

func (nowhere) Label(id string) string { return id }
