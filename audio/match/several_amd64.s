#include "textflag.h"

// func dotAVX2(a, b *int8, frames int) int32
//
// A frame of 24 values at a time: 16 go into Y0, and 8 into Y4.
TEXT ·dotAVX2(SB), NOSPLIT, $0-28
	MOVQ  a+0(FP), SI
	MOVQ  b+8(FP), DI
	MOVQ  frames+16(FP), CX
	VPXOR Y0, Y0, Y0
	VPXOR Y4, Y4, Y4

frame:
	VPMOVSXBW (SI), Y1
	VPMOVSXBW (DI), Y2
	VPMADDWD  Y2, Y1, Y1
	VPADDD    Y1, Y0, Y0
	VPMOVSXBW 16(SI), X3
	VPMOVSXBW 16(DI), X5
	VPMADDWD  X5, X3, X3
	VPADDD    Y3, Y4, Y4
	ADDQ      $24, SI
	ADDQ      $24, DI
	DECQ      CX
	JNZ       frame

	VPADDD       Y4, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD       X1, X0, X0
	VPSHUFD      $0x4E, X0, X1
	VPADDD       X1, X0, X0
	VPSHUFD      $0xB1, X0, X1
	VPADDD       X1, X0, X0
	VMOVD        X0, AX
	MOVL         AX, ret+24(FP)
	VZEROUPPER
	RET

DATA ·ones<>+0(SB)/8, $0x0302020102010100
DATA ·ones<>+8(SB)/8, $0x0403030203020201
GLOBL ·ones<>(SB), RODATA|NOPTR, $16
DATA ·nibble<>+0(SB)/8, $0x0f0f0f0f0f0f0f0f
GLOBL ·nibble<>(SB), RODATA|NOPTR, $8

// COUNT adds how many bits each byte of BITS has to SUM.
#define COUNT(BITS, SUM) \
	VPAND   Y15, BITS, Y4 \
	VPSRLW  $4, BITS, Y5  \
	VPAND   Y15, Y5, Y5   \
	VPSHUFB Y4, Y14, Y4   \
	VPSHUFB Y5, Y14, Y5   \
	VPADDB  Y4, SUM, SUM  \
	VPADDB  Y5, SUM, SUM

// WORD compares the word K of the block, 3*K words on.
#define WORD(K) \
	VPBROADCASTQ (16*K)(DX), Y2   \
	VPBROADCASTQ (16*K+8)(DX), Y3 \
	VPAND        (24*K)(SI), Y2, Y2 \
	VPXOR        (24*K)(BX), Y3, Y3 \
	VPAND        Y2, Y3, Y3       \
	COUNT(Y2, Y0)                 \
	COUNT(Y3, Y1)

// func fitsAVX2(out *int16, clear, below *uint64, w *[blockWords]word, fours int)
//
// Four places at a time: Y0 counts the bands that are clear in both, Y1 those of them that do not agree.
TEXT ·fitsAVX2(SB), NOSPLIT, $0-40
	MOVQ           out+0(FP), DI
	MOVQ           clear+8(FP), SI
	MOVQ           below+16(FP), BX
	MOVQ           w+24(FP), DX
	MOVQ           fours+32(FP), CX
	VBROADCASTI128 ·ones<>(SB), Y14
	VPBROADCASTQ   ·nibble<>(SB), Y15
	VPXOR          Y13, Y13, Y13

four:
	VPXOR        Y0, Y0, Y0
	VPXOR        Y1, Y1, Y1
	WORD(0)
	WORD(1)
	WORD(2)
	WORD(3)
	WORD(4)
	WORD(5)
	WORD(6)
	VPSADBW      Y13, Y0, Y0
	VPSADBW      Y13, Y1, Y1
	VPSUBQ       Y1, Y0, Y0
	VPSUBQ       Y1, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPSHUFD      $0x08, X0, X0
	VPSHUFD      $0x08, X1, X1
	VPUNPCKLQDQ  X1, X0, X0
	VPACKSSDW    X0, X0, X0
	VMOVQ        X0, (DI)
	ADDQ         $8, DI
	ADDQ         $32, SI
	ADDQ         $32, BX
	DECQ         CX
	JNZ          four
	VZEROUPPER
	RET

// func addAVX2(sums, one, other *int16, sixteens int)
TEXT ·addAVX2(SB), NOSPLIT, $0-32
	MOVQ sums+0(FP), DI
	MOVQ one+8(FP), SI
	MOVQ other+16(FP), DX
	MOVQ sixteens+24(FP), CX

sixteen:
	VMOVDQU (DI), Y0
	VPADDW  (SI), Y0, Y0
	VPADDW  (DX), Y0, Y0
	VMOVDQU Y0, (DI)
	ADDQ    $32, DI
	ADDQ    $32, SI
	ADDQ    $32, DX
	DECQ    CX
	JNZ     sixteen
	VZEROUPPER
	RET
