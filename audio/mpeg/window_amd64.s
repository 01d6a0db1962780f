#include "textflag.h"

// func weighAVX(out *[lines * subbands]float32, past *[slots][subbands]float32, w *[8]taps)
//
// weigh, eight outputs at a time: Y0-Y3 and Y4-Y7 are the four sums of outputs
// 0-7 and 8-15. No product is fused with a sum: the result is that of Go.
TEXT ·weighAVX(SB), NOSPLIT, $0-24
	MOVQ out+0(FP), DI
	MOVQ past+8(FP), SI
	MOVQ w+16(FP), DX
	ADDQ $(17*128), SI
	MOVQ $18, CX

slot:
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7
	MOVQ   SI, R8
	MOVQ   DX, R9
	MOVQ   $8, R10

tap:
	VMOVUPS (R8), Y8
	VMOVUPS 32(R8), Y9
	VMOVUPS 192(R8), Y10
	VMOVUPS 224(R8), Y11
	VMULPS  (R9), Y8, Y12
	VMULPS  32(R9), Y9, Y13
	VMULPS  64(R9), Y10, Y14
	VMULPS  96(R9), Y11, Y15
	VADDPS  Y12, Y0, Y0
	VADDPS  Y13, Y4, Y4
	VADDPS  Y14, Y1, Y1
	VADDPS  Y15, Y5, Y5
	VMULPS  128(R9), Y8, Y12
	VMULPS  160(R9), Y9, Y13
	VMULPS  192(R9), Y10, Y14
	VMULPS  224(R9), Y11, Y15
	VADDPS  Y12, Y2, Y2
	VADDPS  Y13, Y6, Y6
	VADDPS  Y14, Y3, Y3
	VADDPS  Y15, Y7, Y7
	ADDQ    $256, R8
	ADDQ    $256, R9
	DECQ    R10
	JNZ     tap

	VSUBPS  Y1, Y0, Y0
	VSUBPS  Y5, Y4, Y4
	VADDPS  Y3, Y2, Y2
	VADDPS  Y7, Y6, Y6
	VMOVUPS Y0, (DI)
	VMOVUPS Y4, 32(DI)
	VMOVUPS Y2, 64(DI)
	VMOVUPS Y6, 96(DI)
	ADDQ    $128, DI
	SUBQ    $128, SI
	DECQ    CX
	JNZ     slot
	VZEROUPPER
	RET
