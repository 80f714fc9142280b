"""What Keras may create from a config: a list of names. Everything else is refused by name, with the reason.

A config can name any class and function of Keras, and some of those run code, read files or fetch from the network
(CVE-2025-1550, CVE-2025-8747, CVE-2025-12058, CVE-2026-1462 and others). Nothing is created that is not listed.
`tests/sandbox/model_file/test_allowed.py` compares the list with the installed Keras: no listed class holds functions
or reads files.
"""

from __future__ import annotations

_CONVOLUTIONS = """
    Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose Convolution1D Convolution2D Convolution3D
    Convolution1DTranspose Convolution2DTranspose Convolution3DTranspose DepthwiseConv1D DepthwiseConv2D
    SeparableConv1D SeparableConv2D SeparableConvolution1D SeparableConvolution2D
"""
_POOLINGS = """
    AveragePooling1D AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D
    MaxPooling1D MaxPooling2D MaxPooling3D MaxPool1D MaxPool2D MaxPool3D
    GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D
    GlobalAvgPool3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GlobalMaxPool1D GlobalMaxPool2D
    GlobalMaxPool3D AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D
    AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D
"""
_SHAPES = """
    Flatten Reshape Permute RepeatVector Cropping1D Cropping2D Cropping3D UpSampling1D UpSampling2D UpSampling3D
    ZeroPadding1D ZeroPadding2D ZeroPadding3D Identity Masking InputLayer
"""
_RECURRENT = """
    RNN SimpleRNN LSTM GRU SimpleRNNCell LSTMCell GRUCell StackedRNNCells ConvLSTM1D ConvLSTM2D ConvLSTM3D
    Bidirectional TimeDistributed
"""
_NORMALISATIONS = """
    BatchNormalization LayerNormalization GroupNormalization RMSNormalization UnitNormalization SpectralNormalization
    Dropout AlphaDropout GaussianDropout GaussianNoise SpatialDropout1D SpatialDropout2D SpatialDropout3D
    ActivityRegularization
"""
_OTHERS = """
    Add Subtract Multiply Average Maximum Minimum Concatenate Dot
    Dense EinsumDense Embedding ReversibleEmbedding
    Activation ReLU LeakyReLU PReLU ELU Softmax
    Attention AdditiveAttention MultiHeadAttention GroupQueryAttention
    Rescaling Normalization Resizing CenterCrop CategoryEncoding Discretization
    RandomBrightness RandomContrast RandomCrop RandomFlip RandomRotation RandomTranslation RandomZoom
    AugMix AutoContrast ContrastLimitedAdaptiveHistogramEqualization CutMix Equalization MixUp RandAugment
    RandomColorDegeneration RandomColorJitter RandomElasticTransform RandomErasing RandomGaussianBlur RandomGrayscale
    RandomHue RandomInvert RandomPerspective RandomPosterization RandomSaturation RandomSharpness RandomShear
    Solarization Hashing HashedCrossing MelSpectrogram STFTSpectrogram
"""
LAYERS = frozenset(" ".join((_CONVOLUTIONS, _POOLINGS, _SHAPES, _RECURRENT, _NORMALISATIONS, _OTHERS)).split())

_ACTIVATIONS = """
    celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear log_sigmoid
    log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid
    sparsemax squareplus swish tanh tanh_shrink threshold
"""
ACTIVATIONS = frozenset(_ACTIVATIONS.split())

_NUMPY = """
    Abs Absolute Add All Amax Amin Any Append Arccos Arccosh Arcsin Arcsinh Arctan Arctan2 Arctanh Argmax Argmin Argsort
    Average BroadcastTo Cbrt Ceil Clip Concatenate Copy Cos Cosh CountNonzero Cross Cumprod Cumsum Deg2rad Diag Diagonal
    Diff Divide DivideNoNan Dot Dstack Einsum Equal Exp Exp2 ExpandDims Expm1 Flip Fliplr Flipud Floor FloorDivide Fmax
    Fmin Fmod FullLike GetItem Greater GreaterEqual Heaviside Hsplit Hstack Hypot Inner Isclose Isfinite Isinf Isnan
    Less LessEqual Log Log10 Log1p Log2 Logaddexp Logaddexp2 LogicalAnd LogicalNot LogicalOr LogicalXor Matmul Max
    Maximum Mean Median Min Minimum Mod Moveaxis Multiply NanToNum Negative NotEqual OnesLike Outer Pad Power Prod Ptp
    Quantile Rad2deg Ravel Reciprocal Repeat Reshape Roll Rot90 Round Sign Signbit Sin Sinc Sinh Sort Split Sqrt Square
    Squeeze Stack Std Subtract Sum Swapaxes Take TakeAlongAxis Tan Tanh Tensordot Tile Trace Transpose Tril Triu
    TrueDivide Trunc Var Vdot Vsplit Vstack Where ZerosLike
    AllClose Angle Argpartition ArraySplit Bincount BitwiseAnd BitwiseInvert BitwiseLeftShift BitwiseNot BitwiseOr
    BitwiseRightShift BitwiseXor Conj Conjugate Corrcoef Correlate Diagflat Digitize Dsplit EmptyLike Fabs Full Gcd
    Histogram I0 Imag IsIn Isneginf Isposinf Isreal Kron Lcm Ldexp LeftShift Linspace Logspace Geomspace Arange Meshgrid
    Nanargmax Nanargmin Nancumprod Nancumsum Nanmax Nanmean Nanmedian Nanmin Nanpercentile Nanprod Nanquantile Nanstd
    Nansum Nanvar Ndim Nextafter Nonzero Percentile Real RightShift SearchSorted Select Size Slogdet Trapezoid Unique
    UnravelIndex Vander View
"""
_NN = """
    AdaptiveAveragePool AdaptiveMaxPool AveragePool BatchNorm Celu Conv ConvTranspose DepthToSpace DepthwiseConv
    DotProductAttention Elu Gelu Glu HardShrink HardSigmoid HardSilu HardTanh LayerNorm LeakyRelu LogSigmoid LogSoftmax
    MaxPool Moments MultiHot Normalize OneHot RMSNorm Relu Relu6 Selu SeparableConv Sigmoid Silu SoftShrink Softmax
    Softplus Softsign SpaceToDepth SparsePlus SparseSigmoid Sparsemax Squareplus TanhShrink Threshold
    BinaryCrossentropy CategoricalCrossentropy Fold PSNR Polar SparseCategoricalCrossentropy Unfold
"""
_MATH = """
    CDist Erf Erfc Erfinv ExtractSequences FFT FFT2 IFFT2 IRFFT ISTFT InTopK Logdet Logsumexp RFFT Rsqrt STFT SegmentMax
    SegmentMin SegmentProd SegmentSum TopK ViewAsComplex ViewAsReal
"""
_CORE = "Cast ConvertToTensor SaturateCast Scatter ScatterUpdate Slice SliceUpdate StopGradient Unstack"
_IMAGE = """
    AffineTransform CropImages ElasticTransform ExtractPatches GaussianBlur HSVToRGB MapCoordinates PadImages
    PerspectiveTransform RGBToGrayscale RGBToHSV Resize SSIM ScaleAndTranslate SobelEdges
"""
_LINALG = """
    Cholesky CholeskyInverse Det Eig Eigh Inv Lstsq LuFactor MatrixRank Norm Pinv Qr SVD Solve SolveTriangular
"""
_POLICIES = """
    DTypePolicy DTypePolicyMap FloatDTypePolicy Int4DTypePolicy QuantizedDTypePolicy QuantizedFloat8DTypePolicy
"""
_QUANTIZERS = "AbsMaxQuantizer Float8QuantizationConfig Int4QuantizationConfig Int8QuantizationConfig"

_INITIALIZERS = """
    Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity IdentityInitializer LecunNormal LecunUniform Ones
    Orthogonal OrthogonalInitializer RandomNormal RandomUniform TruncatedNormal VarianceScaling Zeros
"""

CLASSES: dict[str, frozenset[str]] = {  # by the module that the config names
    "keras.layers": LAYERS,
    "keras": frozenset({"Functional", "Sequential", "Model", "DTypePolicy", "FloatDTypePolicy"}),
    "keras.models": frozenset({"Functional", "Sequential", "Model"}),
    "keras.src.models.functional": frozenset({"Functional"}),
    "keras.src.models.sequential": frozenset({"Sequential"}),
    "keras.dtype_policies": frozenset(_POLICIES.split()),
    "keras.quantizers": frozenset(_QUANTIZERS.split()),
    "keras.src.applications.convnext": frozenset({"LayerScale"}),
    "keras.initializers": frozenset(_INITIALIZERS.split()),
    "keras.regularizers": frozenset({"L1", "L2", "L1L2", "OrthogonalRegularizer"}),
    "keras.constraints": frozenset({"MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"}),
    "keras.random": frozenset({"SeedGenerator"}),
    "keras.src.ops.numpy": frozenset(_NUMPY.split()),
    "keras.src.ops.nn": frozenset(_NN.split()),
    "keras.src.ops.math": frozenset(_MATH.split()),
    "keras.src.ops.core": frozenset(_CORE.split()),
    "keras.src.ops.image": frozenset(_IMAGE.split()),
    "keras.src.ops.linalg": frozenset(_LINALG.split()),
    "keras.src.ops.einops": frozenset({"Rearrange"}),
}
VALUES = frozenset({"__keras_tensor__", "__tensor__", "__numpy__", "__ellipsis__", "__slice__"})  # plain values
FUNCTIONS = frozenset({"builtins", "keras.activations"})  # modules whose functions are named in `ACTIVATIONS`
