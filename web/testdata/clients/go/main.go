// The calls that another program makes first, through a client that oapi-codegen
// made of the API's document.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/google/uuid"
)

// told is what the program found, for the test that ran it.
type told struct {
	Stations  int    `json:"stations"`
	Report    string `json:"report"`
	Correctly string `json:"correctly"` // what the correction says
	Active    int64  `json:"active"`
	Recording string `json:"recording"`
	Refused   string `json:"refused"`
	Kept      int    `json:"kept"` // status of asking again for what one has
}

func main() {
	out, err := run(context.Background(), os.Getenv("LOA"), os.Getenv("TOKEN"), os.Getenv("PROGRAMME"))
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, server, token, programme string) (out told, err error) {
	c, err := NewClientWithResponses(server, WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	}))
	if err != nil {
		return out, err
	}
	var first, last StationsPage
	for limit := 50; ; {
		page := GetStationsParams{Limit: &limit, After: last.after}
		if last, err = stationsPage(ctx, c, page); err != nil {
			return out, err
		}
		if out.Stations == 0 {
			first = last
		}
		if out.Stations += last.n; last.after == nil {
			break
		}
	}
	limit := 50
	again, err := c.GetStationsWithResponse(ctx, &GetStationsParams{Limit: &limit, IfNoneMatch: &first.tag})
	if err != nil {
		return out, err
	}
	out.Kept = again.StatusCode()

	station, length, began, means := "S00001", int64(900), time.Now().Add(-time.Hour), AiringConfirmAskedMeans("fm")
	report := AiringConfirmAsked{Station: &station, Programme: &programme, Outcome: "aired", StartedAt: &began, Seconds: &length, Means: &means}
	put, err := c.PutAiringsIdWithResponse(ctx, uuid.New(), nil, report)
	if err != nil || put.JSON200 == nil {
		return out, fmt.Errorf("report: %v %s", err, put.Body)
	}
	out.Report = put.JSON200.Id.String()

	why, reason := "Mất điện giữa chừng", AiringConfirmAskedReason("power_cut")
	correction := AiringConfirmAsked{Corrects: &put.JSON200.Id, Outcome: "not_aired", Reason: &reason, Why: &why}
	corrected, err := c.PutAiringsIdWithResponse(ctx, uuid.New(), nil, correction)
	if err != nil || corrected.JSON200 == nil {
		return out, fmt.Errorf("correction: %v %s", err, corrected.Body)
	}
	out.Correctly = string(corrected.JSON200.Outcome)

	week, err := c.GetCoverageWithResponse(ctx, nil)
	if err != nil || week.JSON200 == nil {
		return out, fmt.Errorf("coverage: %v %s", err, week.Body)
	}
	out.Active = week.JSON200.Active

	sound, err := os.ReadFile("sound.wav")
	if err != nil {
		return out, err
	}
	name := "loa.wav"
	sent, err := c.PostAudioWithBodyWithResponse(ctx, &PostAudioParams{Name: &name}, "application/octet-stream", bytes.NewReader(sound))
	if err != nil || sent.JSON201 == nil {
		return out, fmt.Errorf("upload: %v %s", err, sent.Body)
	}
	out.Recording = sent.JSON201.Id

	refused, err := c.PutAiringsIdWithResponse(ctx, uuid.New(), nil, AiringConfirmAsked{Outcome: "aired"})
	if err != nil || refused.ApplicationproblemJSONDefault == nil {
		return out, fmt.Errorf("a refusal: %v %s", err, refused.Body)
	}
	out.Refused = refused.ApplicationproblemJSONDefault.Code
	return out, nil
}

// StationsPage is one page of the stations.
type StationsPage struct {
	n     int
	after *string // where the next begins
	tag   string
}

func stationsPage(ctx context.Context, c *ClientWithResponses, p GetStationsParams) (page StationsPage, err error) {
	list, err := c.GetStationsWithResponse(ctx, &p)
	if err != nil || list.JSON200 == nil {
		return page, fmt.Errorf("stations: %v %s", err, list.Body)
	}
	page = StationsPage{n: len(list.JSON200.Items), tag: list.HTTPResponse.Header.Get("ETag")}
	if list.JSON200.Next != nil {
		next, err := url.Parse(*list.JSON200.Next)
		if err != nil {
			return page, err
		}
		after := next.Query().Get("after")
		page.after = &after
	}
	return page, nil
}
