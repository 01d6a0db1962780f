#!/bin/sh
# figures.sh: time, processor time and peak memory of "loa audio check", of
# ffmpeg's ebur128 and of loudgain on the same 15-minute MP3, in turns, so that
# what else the machine does hits all three. Needs go, ffmpeg, loudgain,
# espeak-ng and GNU time. Usage: audio/figures.sh [ROUNDS]
set -eu
cd "$(dirname "$0")/.."
rounds=${1:-5}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
go build -o "$dir/loa" ./cmd/loa
espeak-ng -v vi -s 150 -w "$dir/speech.wav" "Xin chào bà con. Đây là bản tin nông thôn mới của đài truyền thanh xã."
music='0.08*sin(2*PI*(220+110*floor(mod(t,4)))*t)+0.05*sin(2*PI*(330+55*floor(mod(t*2,8)))*t)'
ffmpeg -v error -stream_loop -1 -i "$dir/speech.wav" \
	-f lavfi -i "aevalsrc='$music|$music':s=44100" -f lavfi -i "anoisesrc=c=pink:a=0.02:r=44100:seed=1" \
	-filter_complex "[0]aresample=44100,aformat=channel_layouts=stereo[a];[2]aformat=channel_layouts=stereo[n];[a][1][n]amix=inputs=3:normalize=0" \
	-t 900 -c:a libmp3lame -b:a 128k "$dir/programme.mp3"
one() { # name, command...
	name=$1
	shift
	command time -f "$name %e %U %S %M" -o "$dir/log" -a "$@" >/dev/null 2>&1
}
for _ in $(seq "$rounds"); do
	one loa "$dir/loa" audio check "$dir/programme.mp3"
	one ffmpeg ffmpeg -i "$dir/programme.mp3" -af ebur128=peak=true -f null -
	one loudgain loudgain -q "$dir/programme.mp3"
done
awk '{cpu=$3+$4; if(!($1 in w)||$2<w[$1])w[$1]=$2; if(!($1 in c)||cpu<c[$1])c[$1]=cpu; if($5>m[$1])m[$1]=$5}
END{printf "%-9s %12s %14s %10s\n","","best wall s","best CPU s","peak MB"
for(n in w)printf "%-9s %12.2f %14.2f %10.1f\n",n,w[n],c[n],m[n]/1024}' "$dir/log"
