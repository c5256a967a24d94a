/** What Node 20.20.2 gave over a file, as file_handle.test.ts has recorded it. */

/** Its first number. */
export const NODE_VERSION = 20;

/** Results by test. */
export const NODE_FS: Record<string, unknown> = {
  "read: positions, lengths, offsets, the end": [
    {
      "buffer": "54,72,90,57,179,164,105,97,240,160",
      "bytesRead": 10,
    },
    {
      "buffer": "0,0,31,123,171,84,97,0,0,0",
      "bytesRead": 5,
    },
    {
      "buffer": "12,111,240,0,0,0,0,0,0,0",
      "bytesRead": 3,
    },
    {
      "buffer": "0,0,0,0,0,0,0,0,0,0",
      "bytesRead": 0,
    },
    {
      "buffer": "0,0,0,0,0,0,0,0,0,0",
      "bytesRead": 0,
    },
    {
      "buffer": "0,0,0,0,0,0,0,0,0,0",
      "bytesRead": 0,
    },
    {
      "buffer": "164,105,97,240,160,16,175,237,117,119",
      "bytesRead": 10,
    },
    {
      "buffer": "0,0,0,164,105,97,240,160,16,175",
      "bytesRead": 7,
    },
    {
      "buffer": "235,242,1,222,220,102,103,96",
      "bytesRead": 8,
    },
    {
      "buffer": "235,242,1,222,220,102,103,96",
      "bytesRead": 8,
    },
    {
      "buffer": "40,43,235,178,37,207",
      "bytesRead": 6,
    },
    {
      "buffer": "0,40,43,235,0,0",
      "bytesRead": 3,
    },
  ],
  "read: the cursor moves by what was read, and not by reads at a position": [
    {
      "buffer": "54,72,90,57,179,164,105,97,240,160",
      "bytesRead": 10,
    },
    {
      "buffer": "38,180,237,157,127,8,166,196,244,72",
      "bytesRead": 10,
    },
    {
      "buffer": "16,175,237,117,119,111,251,4,59,212",
      "bytesRead": 10,
    },
    {
      "buffer": "232,155,248,165,38,184,6,216,30,123",
      "bytesRead": 10,
    },
    {
      "buffer": "1,2,3",
      "bytesWritten": 3,
    },
    {
      "buffer": "201,0,67,97,133,125,210,221,130,151",
      "bytesRead": 10,
    },
    {
      "buffer": "4813c668aa7118933aa49dec0bf8f0a15b04bd52ab9cc23b35c2eb4ba4c06abe",
      "bytesRead": 99957,
    },
    {
      "buffer": "0,0,0,0,0,0,0,0,0,0",
      "bytesRead": 0,
    },
  ],
  "read: bad arguments have the same classes and codes": [
    {
      "error": "TypeError",
      "code": "ERR_INVALID_ARG_TYPE",
    },
    {
      "error": "TypeError",
      "code": "ERR_INVALID_ARG_TYPE",
    },
    {
      "error": "RangeError",
      "code": "ERR_OUT_OF_RANGE",
    },
    {
      "error": "RangeError",
      "code": "ERR_OUT_OF_RANGE",
    },
    {
      "error": "RangeError",
      "code": "ERR_OUT_OF_RANGE",
    },
    {
      "error": "RangeError",
      "code": "ERR_OUT_OF_RANGE",
    },
    {
      "error": "RangeError",
      "code": "ERR_OUT_OF_RANGE",
    },
    {
      "error": "RangeError",
      "code": "ERR_OUT_OF_RANGE",
    },
    {
      "error": "TypeError",
      "code": "ERR_INVALID_ARG_TYPE",
    },
  ],
  "write: positions, text, and what is read back": [
    {
      "buffer": "1,2,3,4",
      "bytesWritten": 4,
    },
    {
      "buffer": "1,2,3,4",
      "bytesWritten": 2,
    },
    {
      "buffer": "1,2,3,4",
      "bytesWritten": 3,
    },
    {
      "buffer": "1,2,3,4",
      "bytesWritten": 4,
    },
    {
      "buffer": "5,6",
      "bytesWritten": 1,
    },
    {
      "buffer": "1,0,2,0",
      "bytesWritten": 4,
    },
    {
      "buffer": "héllo",
      "bytesWritten": 6,
    },
    {
      "buffer": "héllo",
      "bytesWritten": 6,
    },
    {
      "buffer": "tail",
      "bytesWritten": 4,
    },
    {
      "buffer": "",
      "bytesWritten": 0,
    },
    {
      "error": "RangeError",
      "code": "ERR_OUT_OF_RANGE",
    },
    {
      "error": "RangeError",
      "code": "ERR_OUT_OF_RANGE",
    },
    {
      "error": "TypeError",
      "code": "ERR_INVALID_ARG_TYPE",
    },
    {
      "error": "TypeError",
      "code": "ERR_INVALID_ARG_TYPE",
    },
    {
      "buffer":
        "2,3,4,1,2,3,4,116,97,105,108,2,3,4,119,111,251,4,59,212,2,3,248,165,38,184,6,216,30,123,78,197,127,201,0,67,97,133,125,210,6,130,151,108,213,162,111,115,94,199,1,0,2,0,177,40,0,145,98,80,104,195,169,108,108,111,119,218,66,98,104,195,169,108,108,111,151,31,123,171,84,97,18,131,109,189,8,83,64,40,189,58,144,81,192,249,78,66,18,22,40,43,235,178,37,207,23,125,219,25,117,231,8,212,40,20,29,221,80,215",
      "bytesRead": 120,
    },
    null,
    null,
  ],
  "readv and writev": [
    {
      "buffers": [
        "16,175,237",
        "117,119,111,251,4",
      ],
      "bytesRead": 8,
    },
    {
      "buffers": [
        "54,72,90",
        "57,179,164,105,97",
      ],
      "bytesRead": 8,
    },
    {
      "buffers": [
        "168,12,111",
        "240,0,0,0,0",
      ],
      "bytesRead": 4,
    },
    {
      "buffers": [
        "1",
        "2,3",
      ],
      "bytesWritten": 3,
    },
    {
      "buffers": [
        "4",
        "5,6",
      ],
      "bytesWritten": 3,
    },
    {
      "buffer":
        "54,72,90,57,179,164,105,97,4,5,6,175,237,117,119,111,251,4,59,212,232,155,248,165,38,184,6,216,30,123,78,197,127,201,0,67,97,133,125,210,221,130,151,108,213,162,111,115,94,199,123,45,163,72,177,40,0,145,98,80,71,2,54,60,230,173,119,218,66,98,187,51,10,227,106,82,151,31,123,171,84,97,18,131,109,189,8,83,64,40,189,58,144,81,192,249,78,66,18,22,1,2,3,178,37,207,23,125,219,25,117,231,8,212,40,20,29,221,80,215",
      "bytesRead": 120,
    },
  ],
  "stat tells the size; random reads and writes agree": [
    100000,
    {
      "buffer": "7036d677b21598197d9046c8583024cbd870371a7821fbbf06d57abc99673c18",
      "bytesWritten": 2070,
    },
    {
      "buffer": "e7182c342a6b67b31d07c4c3c275b57781ec80408395fee6c1872a5a0cafb768",
      "bytesWritten": 1777,
    },
    {
      "buffer": "fd95958f1ad8e5bffb144710bbcbcc5b115c26045b4638da74079c5c4de8d1a1",
      "bytesRead": 2340,
    },
    {
      "buffer": "8b980d0f705e00e1345dc4ef219db6d5b7a318f1e2001d90b4ce10a7287a0d37",
      "bytesRead": 1396,
    },
    {
      "buffer": "41a6e167954e5949c34792a6519ab41ff27e3b0b9dc44362d8320bf516e13fc8",
      "bytesRead": 2266,
    },
    {
      "buffer": "4543e081ab57eb9d036351599ab24f6cceca5dd1424cceac672b0a8f917a200c",
      "bytesRead": 2381,
    },
    {
      "buffer": "f4c10711c131d49866859a808cf917a13fc0439bcb81401748312a1c9a4b7bb9",
      "bytesRead": 1410,
    },
    {
      "buffer": "4f88ed54c1e7e2d4fc3907dbed84a064b23aab2b74d8048d7a56e085db5ff04c",
      "bytesWritten": 2546,
    },
    {
      "buffer": "99ba9c0d45a5c9810e04f26b59b1fb304cf7cb742304568f0330830aa48c65fe",
      "bytesRead": 419,
    },
    {
      "buffer": "0bc8f36643cdc9db81b1a6b3e559c69e87c64726677afd78324f69eb72f39d06",
      "bytesWritten": 2337,
    },
    {
      "buffer": "39b1bc405fd02ce8384dedbae11e89b05bca64b9377b9b9a26983bb7a8cee57c",
      "bytesRead": 1050,
    },
    {
      "buffer": "494442c20d0f557c32127eca02a2d40187b8c4f19711a51e1b7eb9d85ad457a3",
      "bytesRead": 2501,
    },
    {
      "buffer": "99f48c5a79c419e4897fbb166b2e27919eb9fb0e48c0d42cc4b4f8f1a1818050",
      "bytesWritten": 1053,
    },
    {
      "buffer": "7cdb96e2e8fe924ce6fa170a777d33a61a7551518ce3906a573041de0c58e7fc",
      "bytesRead": 239,
    },
    {
      "buffer": "ffaadaeeadda8fe620298a4e139c63120189c0c076ffc5380984d1074a169e00",
      "bytesWritten": 2791,
    },
    {
      "buffer": "0f15cfe97d0b8d7f712c45bfbdbd6bb451c3b345cb9942c83a6da8770553e73d",
      "bytesRead": 2870,
    },
    {
      "buffer": "c19239e62aa8bcefa6e3d1c8fbcc656880a4f942a27b869a8abe7c4a641b89a5",
      "bytesRead": 882,
    },
    {
      "buffer": "2a9644128c5b944acc79f5054ee341775bfbcc28bd880107774038da34d1cc73",
      "bytesRead": 2301,
    },
    {
      "buffer": "d71d3bfb41b33606f14b3f42af6a6c18937524668ca5605cca14f6609af135f2",
      "bytesRead": 2417,
    },
    {
      "buffer": "13795b77ccdccdec0f2c239727ffa09e1ade5b960b839022cfb06d74e19957b8",
      "bytesWritten": 871,
    },
    {
      "buffer": "53f7f48b44586b910f74c0ebac02ac8632394dc55c2a22b39d19402820507b10",
      "bytesRead": 334,
    },
    {
      "buffer": "cf962a1c38959ac05ec10ff99facbc1277933a8e68bcd5241e7659beba72151c",
      "bytesWritten": 1264,
    },
    {
      "buffer": "cb1c0f5b795c8fcf0a8b69cdd551d0d9b97bd75d75bb02e6125ba92cdfacbbf7",
      "bytesWritten": 2450,
    },
    {
      "buffer": "a1bfbacaf6f7761aad4c76e06115efd9b376c3a890be8fe00902c05381a26caa",
      "bytesWritten": 1790,
    },
    {
      "buffer": "6cf23e3cca8f3c0dcc8867246be2c1c738dc4e9124f3f66c720582561613852e",
      "bytesWritten": 2044,
    },
    {
      "buffer": "c3efcd72d8bb0f0fb4630d917d72ea4938d090540227d4aa15b165e3c063075a",
      "bytesWritten": 1359,
    },
    {
      "buffer":
        "176,217,13,229,29,135,164,250,5,73,222,177,179,117,208,2,220,32,100,2,111,71,159,167,115,115,124,3,167,223,220,16,225,242,87,56,175,207,229,83,185,32,183,164,239,196,12,230,1,224,233,28,67,151,145,214,243,0",
      "bytesRead": 57,
    },
    {
      "buffer": "e8c41297d4d039750361812a4905613fa500eb82bef4ba8c7771ee325c9efbc7",
      "bytesWritten": 1927,
    },
    {
      "buffer": "e740997a6fb1c3755afddca844ae9329bdbe7f0d68535e91a71d1852752fed83",
      "bytesRead": 850,
    },
    {
      "buffer": "39a46977adf4297438c250485b9512025c1ec0cfdd404c275c647ee00f7f3f87",
      "bytesRead": 681,
    },
    {
      "buffer": "f9d41e19eafe5dd40d4a6e172951dd1bb40de717e25760e9d1e04f1475cf5a0f",
      "bytesWritten": 2332,
    },
    {
      "buffer": "6a316f721060053471c70a5d02470a4dcd4ade400ee97845c524f2324a169452",
      "bytesWritten": 2911,
    },
    {
      "buffer": "513ba639ac588c3456bbd724fc71743d06490d614834c5ac277b25d13c4a321f",
      "bytesWritten": 881,
    },
    {
      "buffer": "15a3f62192588e418cf6aa1dc54d3a6007c4e53a29c33195e35fef5f58a9e18a",
      "bytesWritten": 812,
    },
    {
      "buffer": "c64efefee8fb1d50519bbf14d7ced7a7c8750f84d9aaa7bba049ef064fc30eca",
      "bytesWritten": 1816,
    },
    {
      "buffer": "a62a42f80934a48faae89c7d4e4ba122fe6b12597c00dbf8bab198212253248e",
      "bytesRead": 319,
    },
    {
      "buffer": "d81ba2465f835972dede036ebf2e0a63a2271f70bf1d818557d02158d2d6c8db",
      "bytesRead": 1827,
    },
    {
      "buffer": "92bf9bc7c0e41457097b540061049c9ada3015b015335a6d239aea6abf110a03",
      "bytesRead": 1501,
    },
    {
      "buffer": "80941d36238917fe4f1875eb17d63549c5e1863c50194aa795f95b5de6b18d15",
      "bytesRead": 1579,
    },
    {
      "buffer": "b18265ebb8c4f1c99646bfd9b850ccb28f94c765541350d4b501f20fae61a298",
      "bytesWritten": 2370,
    },
    {
      "buffer": "249f3cd50bcbb9f04f0af783b00a920d7c4763e5251028452295ffc2e36733dd",
      "bytesWritten": 409,
    },
    {
      "buffer": "049ca3e1878ac0e9694e771c8bb219629dadf0eefb0c63a9ddfac38141ff783f",
      "bytesRead": 400,
    },
    {
      "buffer":
        "212,74,120,163,77,217,186,146,142,54,61,202,10,140,166,58,98,206,43,12,44,251,21,137,251,140,123,15,144,139,2,38,250,88,215,202,203,5,215,1,153,56,20,26,163,91,129,199,84,228,175,30,179,148,195,38,185,146,78,90,225,118,246,210,33,139,56,97,111,179,141,135,8,186,156,3,116,139,162,246,47,119,81,0,217,18,134,22,20,53,20,28",
      "bytesWritten": 92,
    },
    {
      "buffer": "442c4b0e86943b4fedfdd46a1b55103e813f6d25d1f770d2ddcad9569864fbb1",
      "bytesRead": 1524,
    },
    {
      "buffer": "dde30f28944fa928946994fba53a3ebefd9dab8275876d39367680171b200ef5",
      "bytesWritten": 929,
    },
    {
      "buffer": "022f366212b292d29902413750b8a9a18daeb1027874ec750fb036ef31017c47",
      "bytesRead": 545,
    },
    {
      "buffer": "12a4bc677b729c6f9bba9077f08df6be50f6cad9e31f7eed89e64469983bcdd7",
      "bytesRead": 2366,
    },
    {
      "buffer": "04e348d066f27f35923a8ca791139f188e8c402664e3746f7991e343ac7b382c",
      "bytesWritten": 1297,
    },
    {
      "buffer": "186deaffc9b28d0643a7e905239096d4d6b05af15408429dcf9a14c5e2567ba6",
      "bytesWritten": 1669,
    },
    {
      "buffer": "8123658a85b4ea8e62c45aaf66b8559036f0f07fec0dc0fb6b0b9836cdae7796",
      "bytesRead": 808,
    },
    {
      "buffer": "706f00e79999b01bf6c051d7522ccd6749e3c4108deb3b547d959fe5fe72981d",
      "bytesRead": 1513,
    },
    {
      "buffer": "65a36c4f44758ac48131e87923160374dff36897d8d6613fbbd363fc43458342",
      "bytesWritten": 1508,
    },
    {
      "buffer": "160,27,255,16,159,240,151,97,106,37,111,61,110,0",
      "bytesRead": 13,
    },
    {
      "buffer": "02dfd273c722a01cede9f35aecfaac63c87e337ed1734cab6d2143cff50632b4",
      "bytesWritten": 2638,
    },
    {
      "buffer": "392035afe5e0f2460351a6f8a9294525e13c3e9183c6b35dbc4d8355a3df499f",
      "bytesWritten": 2619,
    },
    {
      "buffer": "e76811db08ded13b57f811ef19273ad79b5041b1ae207ee74a00e79da6d1b262",
      "bytesWritten": 2894,
    },
    {
      "buffer": "d4209f18cd5e0902b3ac1597ed40c40bf5cc101d65c0cdc999dbb26238e594f0",
      "bytesRead": 2369,
    },
    {
      "buffer": "208df1fad89970fbc47ae5eb696387ace1ee16724013896ca8ac3ea8afc5f85e",
      "bytesRead": 1841,
    },
    {
      "buffer": "a3bec2767e613012e6b5bf0315fdc9ba1e2c05444c7578a63de8b220f7ad865d",
      "bytesRead": 1173,
    },
    {
      "buffer": "90f159a9097b932cc0e1d36e18b22f25d1dc4d1291347f5456ed9879731fe182",
      "bytesRead": 1156,
    },
    {
      "buffer": "dbf35ceaa263aabbc3b6243c029c84c592ae0012b286f7e8eca7d9d7e3839667",
      "bytesWritten": 712,
    },
    {
      "buffer": "a15d54c708239726ff2e0610f3810241b40ba73e2b23e8a188f057183e670ced",
      "bytesRead": 358,
    },
    {
      "buffer": "98134d250d20dd397c8ddfd38fd6a56d6b8ded485ce088428da41d45572ce13f",
      "bytesWritten": 2172,
    },
    {
      "buffer": "d8eaad767cbb9e4a5ceca801d0e42655eccd841541ea51d74eba3e922eccd367",
      "bytesRead": 2567,
    },
    {
      "buffer": "121,150,88,103,146,61,130,204,9,42,99,8,200,198,0",
      "bytesRead": 14,
    },
    {
      "buffer": "381c0d3200cf4ce4b0735099360b61ff2679ddafb6164e00cd903abff4f63f30",
      "bytesRead": 1965,
    },
    {
      "buffer": "9859f741a77b1a2a35b49518c7ff8590f1b332ac1916bbac3cb4cf25affbec86",
      "bytesRead": 1775,
    },
    {
      "buffer": "3580901e90c2d116ede62fd6219614386b861b98df40ccb093e6512f75fa3c4e",
      "bytesWritten": 892,
    },
    {
      "buffer": "907f1dfe09e2a2a48fab07ab5bd3a80182b9612053230a58e45b9910f30bf658",
      "bytesWritten": 982,
    },
    {
      "buffer": "6e959f0817aa82f4b30ddabf5dddb25739f75dad9d3e469e59779194c248e77c",
      "bytesRead": 1325,
    },
    {
      "buffer": "21e1ad024496a4dd5db86215b717717322737d3186ac36786710f23205e23f7c",
      "bytesWritten": 1131,
    },
    {
      "buffer": "22d905c98056d677765a34221f24701ddb9232fff5c16133b8fba137e486dd4b",
      "bytesRead": 146,
    },
    {
      "buffer": "c92149c0b8b2e2cfdb809eface15984ead44c3f8babeadb528e9403eff78fc4e",
      "bytesRead": 1497,
    },
    {
      "buffer": "6740693050f440781e6a7f95fdc7d8660b3fc7f5e6c1b1bac9a35ded3a62c5ef",
      "bytesRead": 1873,
    },
    {
      "buffer": "a414af78af0e3be43c02b027688afc972c09c845ced7004174f659f9bec42d2a",
      "bytesWritten": 176,
    },
    {
      "buffer": "b6d6b21a17898cae84ed18329c4e967102380d8a188758016fda5f4b08c14cda",
      "bytesRead": 1559,
    },
    {
      "buffer": "07c8de70dd4a7f5fccecb20a8796146167df7f64269b6bed29e5b2cdfac142d7",
      "bytesRead": 2319,
    },
    {
      "buffer": "34adf28d6abb8cd691ad2147840a9cc51545cb9cee68af9c20b6180a193f7028",
      "bytesWritten": 2308,
    },
    {
      "buffer": "3cd49bcea33d02507dee9a9bc7f1cd36df5b301a6c550e909aba6cf141bdd3c5",
      "bytesRead": 2031,
    },
    {
      "buffer": "782d531c33e433dc36f042d43cca3b8df2b8d672f009fb5f65b9fc8cd39efe51",
      "bytesRead": 1622,
    },
    {
      "buffer": "3ace429e09050744b2b760eddfc38881879690f544095232ff955416a2f421ef",
      "bytesWritten": 1818,
    },
    {
      "buffer": "41206273f2181b2e6d17e91c690376853dff7fda8e432263b77ecb70b2e09602",
      "bytesWritten": 136,
    },
    {
      "buffer": "2f73a676aef654dc22e7c2609ee4dea3ce90781df1539f9459e0aaa35c54a041",
      "bytesRead": 821,
    },
    {
      "buffer": "8233c7c7be4427c4f08fb3e0709d26efe7962726383ccfae1bebb12b87c4494a",
      "bytesWritten": 1486,
    },
    {
      "buffer": "d9cbe1b929d0ce84d13c41ec9b302d3cd8cc9bded8d792623dd8c38a593bf709",
      "bytesRead": 2537,
    },
    {
      "buffer": "00124681c2be04f5fa4b41bb44dc44eef219f9803739854f3320343bfa6383ed",
      "bytesRead": 187,
    },
    {
      "buffer": "3c1c983b4c4bf55a063c8a8616056992158294453b19602ea818a0ff8bbdea39",
      "bytesRead": 1045,
    },
    {
      "buffer":
        "47,175,118,61,94,223,232,183,195,191,85,133,72,209,185,33,77,93,47,187,125,208,102,168,235,126,49,197,15,253,58,89,132,126,248,48,197,79,229,243,145,0",
      "bytesRead": 41,
    },
    {
      "buffer": "2ef0ee77b268239a083286e527ccdbd8fe61d98aa847b678871f8f3a50ec56de",
      "bytesWritten": 632,
    },
    {
      "buffer": "1d9668289cfa91260d3eff00e6508bb99278a99af78a7def8a3449277e17d0aa",
      "bytesRead": 2676,
    },
    {
      "buffer": "ce6a1cef597c61e065c0dbada3385045eb70eb1c59549dd4f1d194ac170d2e0b",
      "bytesRead": 1628,
    },
    {
      "buffer": "1e558ec525f24be18eee5b3c8a6f99825651af0ded78050ff1a98dcd0d537e56",
      "bytesRead": 2953,
    },
    {
      "buffer": "8e0d900fedf8fa551ef479b97f28c8acd584abfa0aa4f63a64a404941bc9be5a",
      "bytesWritten": 615,
    },
    {
      "buffer": "4c8507f3c642a214a3d33fd0b0de3b41458fbd02183df2a44536e090f10a7dfc",
      "bytesRead": 2186,
    },
    {
      "buffer": "829adc5ebb69815434a00e75434f8ca476d7750cac0b17ddc039bb9b39246ca3",
      "bytesWritten": 1135,
    },
    {
      "buffer": "77f6d59519a14318ca86483f3dfceb2226a7c6509dbec41bebafed03a59d7105",
      "bytesRead": 2140,
    },
    {
      "buffer": "dae777c9ba80cc36c3231039556db0448c411a82bc18b0bf6b8425ae4a971619",
      "bytesRead": 1628,
    },
    {
      "buffer": "f6e6d1216f5d522ea4839313054c66cbe57078634e35ccb1783589b65146cf96",
      "bytesRead": 2042,
    },
    {
      "buffer": "384f96dd2a3f5e99194521d71dc1ddd1357ac1d9c3d4d47d065f4c537ac388d9",
      "bytesWritten": 2137,
    },
    {
      "buffer": "58dd56b5a60cad223a96bd169eda5fa1364debab2d7935a96edf285444e9fd32",
      "bytesRead": 1151,
    },
    {
      "buffer": "c645d10f83b154546c2746a2fcd01419a7c0e66dca8b9229ba5caca1c1836c53",
      "bytesWritten": 2304,
    },
    {
      "buffer": "9c4f90c2a59e4f203f8573124b0171ed32958ec99564c46256b099c15f6749ae",
      "bytesRead": 1679,
    },
    {
      "buffer": "7f23fa1b348809d83e2f8000715a71ec55c245a2d96821593c601c645a5e7c9e",
      "bytesWritten": 137,
    },
    {
      "buffer": "26f10eef0eaf2b93fa5d5f2726df2ebbea7faa8ae6513de02702e2bbf5cf9cd8",
      "bytesRead": 950,
    },
    {
      "buffer": "fe5098cd51cff0761e112b775132fb4f34b498480b94cd66eeda89fbd3c8451c",
      "bytesRead": 1939,
    },
    {
      "buffer": "5ded5c81482895f295bffe33e1638b06fe0894447f38f9e15bc0cac57f3d1bb8",
      "bytesWritten": 2824,
    },
    {
      "buffer": "3faeb1ec5d10f0442cc64b927ebca95fa74e9fbe5d326bcdefbaeb55b7cd1de6",
      "bytesRead": 170,
    },
    {
      "buffer": "af384d4f9fa0aad0cf396b7caf94b3c0da87bf0950f074c474b43682fca2e48f",
      "bytesRead": 2833,
    },
    {
      "buffer": "b844fc485f7cac4dd92be15e4ed96290c794f488fb0bd68892786c8dfa3ffbed",
      "bytesRead": 194,
    },
    {
      "buffer": "d196e1ec7ea9251012d8e22cd6a68f4e0f44d531c70a162b84dcedd373f32e16",
      "bytesWritten": 218,
    },
    {
      "buffer": "a4a1c4b76b4f8b99e3317d20164170eb6b483c3685dbfc101ccfed184a302e90",
      "bytesRead": 217,
    },
    {
      "buffer": "7e82c80970b869c37b3ca96c91488716995ffb5ce7d5f41f3e99f61e8118d05e",
      "bytesRead": 2168,
    },
    {
      "buffer":
        "186,169,15,1,210,180,245,127,251,202,253,85,72,230,237,178,89,97,65,72,113,27,151,44,177,236,110,158,213,177,39,47,216,52,0,195,61,189,228,52,180,23,67,115,183,150,212,156,93,115,17,161,163,108,74,56,116,134,204,247,168,37,13,89,111,183,245,200,180,84,241,184,81,0",
      "bytesRead": 73,
    },
    {
      "buffer": "8e5cc9c4611c03d24121a5671b0a8195dc3abe29d6da2432083038e576f45b5e",
      "bytesWritten": 373,
    },
    {
      "buffer": "9c1180e1f0a7186ea23a6d0b63621dbd4d6f3c157ddd9bded82b6fb5abfc55d0",
      "bytesRead": 1293,
    },
    {
      "buffer": "5f90c2dc6c847e535cc23e9030100ccdffb87763effa0075e65689bd147e6ad4",
      "bytesWritten": 2340,
    },
    {
      "buffer": "97580a745bb9f883579a943e306a390d54cef5768af39df9860881c346567051",
      "bytesWritten": 2395,
    },
    {
      "buffer": "34be2937b36462024da0c44b7d381bd10ae188194682afd17c56d32210f3f92d",
      "bytesWritten": 1687,
    },
    {
      "buffer": "711f8ca0bb1002b74e383144b55de673636e5081dc784de86a8389f8305d31e5",
      "bytesWritten": 675,
    },
    {
      "buffer": "1aae17c2b37d681ad0270b36fafaf29db63ea5803cc6a049639c8eabfba5f0e2",
      "bytesWritten": 2812,
    },
    {
      "buffer": "07de8e6a921279487e60e89ab8d7eed068ced563811bae817329a61d258541f0",
      "bytesWritten": 1411,
    },
    {
      "buffer": "b38ae96d195205d9ac19d40a64c5e770e5011d1390fb6e72846050f0e9259455",
      "bytesRead": 582,
    },
    {
      "buffer": "87a45ea799dd86b0a26e3047c6ca8ea7b3cedbda19666914fe6a4898ed84969d",
      "bytesWritten": 2948,
    },
    {
      "buffer": "6680ecd22f56f9ae0949cb5ae8761139cf082f283ff12caeab6f254b2cac0759",
      "bytesWritten": 2983,
    },
    {
      "buffer": "7a47a410abd3df491a0f3e10c9c7c845538e3d9c57ca095ca845e8a7e0afb5cf",
      "bytesRead": 515,
    },
    {
      "buffer": "1e04da96de31e4049dad89d48a01abda9a18f37fe777f8ea1bc7b998258bc7a7",
      "bytesRead": 2068,
    },
    {
      "buffer": "b658e14e704eabeb5a7a3bcdd1f8ce5e754061276428106fb756942ed2f75b41",
      "bytesRead": 1220,
    },
    {
      "buffer": "15af5e484a227a0fc1ba51fcac6ad72e69773312cbe0e45d8f1cd2069134f6c6",
      "bytesRead": 426,
    },
    {
      "buffer": "d6e1169bd9ace034b2bd74c83475739a5a7530ac93e396c9805b4b08ce24b064",
      "bytesRead": 1815,
    },
    {
      "buffer": "3011156db85da557557a047ef4f8afb31c59596cf11ed7155b45ea2ee119deae",
      "bytesRead": 2320,
    },
    {
      "buffer": "c955967aa20318d123967ab4c77448af1b805174fa673e735ecae8b478286ca9",
      "bytesWritten": 2151,
    },
    {
      "buffer": "244,161,51,154,63,159,0",
      "bytesRead": 6,
    },
    {
      "buffer": "5d7b9008efd90e02cb9a8f3ebcc8bdf7a70703c1b91017919661e1ac69796fc9",
      "bytesRead": 2390,
    },
    {
      "buffer": "8275061d81d0a54e019df8e74636fb379a7c9963acf902364644340c089d7698",
      "bytesWritten": 449,
    },
    {
      "buffer": "db56286314823d7f0b32722c0e5f6954d5836deb27d45e7f84b426ec26ec4874",
      "bytesWritten": 1776,
    },
    {
      "buffer": "f7362c449dfd6edae7366f01278dd7e8131ea3629ed8c5ad52edb4673ac32ce8",
      "bytesRead": 2882,
    },
    {
      "buffer": "2df2c9bb5c07c36a2ede11efa4ff9b47770b98d208a801523bce606cbdb40f04",
      "bytesRead": 1027,
    },
    {
      "buffer": "a9e3b6d71b34abeec6fb54a82fc98ade4f060eb159749dabbf1d49c34907079f",
      "bytesRead": 1805,
    },
    {
      "buffer": "46c766e8fc4e67a663d0dffb5ee9d8c8730c3d8c0ed22682ff929bc47b6bb17e",
      "bytesWritten": 398,
    },
    {
      "buffer": "348f9fcfe692b14e74d18d6cd2021c25e9dd01ef3859dc33f3fd7cc02c5a568e",
      "bytesRead": 1910,
    },
    {
      "buffer": "790dc9c3c09d38fcf8c08ee7862b1c09e38b6c2384a3069cc01fb12a1f2fbe63",
      "bytesRead": 250,
    },
    {
      "buffer": "91e01a58847e0570cf41396f6adc1fb0e561af4fde2d3630e29faa0c7efe08b4",
      "bytesRead": 2150,
    },
    {
      "buffer": "9f68d05729f95930f98ebeff1cb38c205bb376d7887f99578d9f05490aecaeef",
      "bytesRead": 1513,
    },
    {
      "buffer": "f0b933de7c48e5dd903e51c1b60f884295f0029b723201e4d47900321e2b8bba",
      "bytesRead": 1326,
    },
    {
      "buffer": "77fca7349132f4f1caa69a0f4793a87e979db376ed4b506605219aaee37764ca",
      "bytesWritten": 507,
    },
    {
      "buffer": "2b9b39d3477da53b64bc7a0f2052a5401052e3a611303afbc648f6552cb88c93",
      "bytesRead": 809,
    },
    {
      "buffer":
        "160,44,90,54,189,29,76,183,12,236,210,241,62,185,52,181,103,96,147,175,230,220,213,72,11,176,89,117,202,15,143,152,231,72,168,187,16,238,34,61,156,239,6,171,234,108,123,78,176,193,24,72,33,231,154,88,23,113,110,199,9,139,75,253,72,129,162,116,105,157,215,90,190,150,107,40,72,173,98,8,78,183,12,212,42,184,171,242,96,14,221,19,75,215,180,26,158,0",
      "bytesRead": 97,
    },
    {
      "buffer": "9121a3d69670dfd2e5d06b3c92f0c46ed6c3e5cc94b03d7c2713de48e164bc28",
      "bytesWritten": 2944,
    },
    {
      "buffer": "9628e88d56f3ccb331ea1ae37480efcab04fea37a4f58d5abca61c1a5ea5803c",
      "bytesRead": 712,
    },
    {
      "buffer": "457decf38627648903bf5f75015b0dafe990fb04c6fcd19555d66cf5468b6d31",
      "bytesWritten": 2109,
    },
    {
      "buffer": "04b288daeb3cd74a6f15ae0c7b2454b99cc4a9b95cd8282507f82ec4bac1b507",
      "bytesRead": 2193,
    },
    {
      "buffer": "81f05abf114869c70b07f6400e72d66346fd8419fa9caea077b154634603fe4b",
      "bytesWritten": 792,
    },
    {
      "buffer": "28855e256adc0815887a4718c0130a40e754e158b084f85ed879cb3389e88b29",
      "bytesRead": 860,
    },
    {
      "buffer": "3b9e13795e423a5d541dc4f606043c5ec74de781b585c647116fda718867b06f",
      "bytesWritten": 333,
    },
    {
      "buffer": "847f8a514401e8c2b6487546df346f3e8183c519929f391d7a7011735b4f3f5e",
      "bytesWritten": 2885,
    },
    {
      "buffer": "f9bb6104d6ccb0d1f8dfbe0ee12341efa570b65dffbfda7b490fe3ffd7db916b",
      "bytesWritten": 1970,
    },
    {
      "buffer": "f7a0812df2e430e1b42c1631ac7819d9e3a9fadfccda559b031471e6cf56c37f",
      "bytesWritten": 1005,
    },
    {
      "buffer": "b3f44612ad168c9eae5d91df842fe38b7e023b11302a2825f40f0f53c1cea86d",
      "bytesRead": 2299,
    },
    {
      "buffer": "312715610d17711d04da3aefed094e133b5db17306a66126bf30e2ad79c95a37",
      "bytesWritten": 991,
    },
    {
      "buffer": "f80c78e68c434ea1e0a788593c2fd5d919facf1139d89b2c2e9ce3748efff8bf",
      "bytesRead": 266,
    },
    {
      "buffer": "e9150bbf3a758836c90c2d2295f117ac4f502ff344fca01767dddc2d87e7a7e2",
      "bytesRead": 264,
    },
    {
      "buffer": "2a94ae88dc4976cf5bef93c4352a06948ff3ddc3fb3fe4bb531dcfbd01baa126",
      "bytesWritten": 495,
    },
    {
      "buffer": "31c1e004519a8625b3d18ec5d2ebbab609eacc611ee80180d37363b55efdeddf",
      "bytesWritten": 1492,
    },
    {
      "buffer": "d9ae5ed16e66f9294f488be3d16bf5bab1ff04b60258b76063fb373cc7feba7d",
      "bytesRead": 1903,
    },
    {
      "buffer": "cad6c9c50fffc5d2c2bb9430fe83e5232ed16006d25cacd13ff9bd4939d26faf",
      "bytesRead": 121,
    },
    {
      "buffer": "d316f316a612392df0bcc54c9169184d2e913eb422e4934f9065a4f3bcebcb8b",
      "bytesWritten": 1396,
    },
    {
      "buffer": "f9f2b500a17af57351b73db661a4bad1723d7c36d2fb5864b21d17bb582d658e",
      "bytesWritten": 1643,
    },
    {
      "buffer": "c72b3693fefc0f596e2dd5d514a8edfc0bfc6e46ffd6aea660a3956e68b818e4",
      "bytesWritten": 2994,
    },
    {
      "buffer": "11144962ac213f936281a799bbd15daebe2c8ab74e3b40c2f9fa50971738ab54",
      "bytesRead": 2260,
    },
    {
      "buffer": "f337674056b5b573214aa266e2b270c7e502d6422a44c5fb3c09a1cd4ddadc5b",
      "bytesRead": 1668,
    },
    {
      "buffer": "6d35cd7c9376eec430f55afd59c96bd7c8888f8e0a7a677cb5bdd7b5a0c27142",
      "bytesWritten": 2042,
    },
    {
      "buffer": "92837b6c606e61f34989f07d77d0e518a92b5c1ffd3a07dd1e09795b487772d7",
      "bytesWritten": 448,
    },
    {
      "buffer": "6e08aa838ba788729e203ed1cb2a611a9268cf9ae0527e3d8d9cded19fecf112",
      "bytesRead": 2244,
    },
    {
      "buffer": "e53446a8e39ba03f940a7754fccfad2ecc9b0cbf003dce65531ccd6ee0fd4de7",
      "bytesWritten": 2931,
    },
    {
      "buffer": "6b2eb9650c67757a5b39f0cc7acac212fd23c0c51c81aa490839a9e97a5723c7",
      "bytesRead": 2005,
    },
    {
      "buffer": "fd4847c89d4b1b6b6a69ff66558593cc8ae4555fddec112ff5224b265eef2d97",
      "bytesWritten": 1017,
    },
    {
      "buffer": "6660172cfdd93ffdf26fdf5f796fc00bc1a7ae83a9684d67fa39a2bfd9f88f80",
      "bytesWritten": 1875,
    },
    {
      "buffer": "35a7c6234ac3ffce9f02027ab3f86e23f38a4c149fbf6ad2f3b8be4c26cd92f1",
      "bytesRead": 406,
    },
    {
      "buffer": "0840efd669f10a85531945578d8ccf26d43d21c5ababd94584fc076cbb8bc25c",
      "bytesRead": 230,
    },
    {
      "buffer": "5d72ce3e6c00bc404e613f6a121fc76935ccdceb60f04f00e4603c217115f27f",
      "bytesRead": 1155,
    },
    {
      "buffer": "bb7e0e95f25517a860e1bb0003894d1a87be6bc438927a0d0e60c7c62de1b30a",
      "bytesWritten": 2283,
    },
    {
      "buffer": "6f6d4fd310b9abf3c901f4eb58280b8f1bed0f8e32a03f7b6f135f89bbfecbfb",
      "bytesWritten": 871,
    },
    {
      "buffer": "673445a87d921762e9a3beed63a975d2e6a56cfec48a973a5bf81cb550c1a617",
      "bytesWritten": 1546,
    },
    {
      "buffer": "e502e3c985333f261361eef9f3a23e1491be63b32e91664ac296490d9d1d7008",
      "bytesRead": 675,
    },
    {
      "buffer": "0d560ec8eb014afee9d4fb17871ac09bc661b59bf1664e42718408494f89ba12",
      "bytesRead": 578,
    },
    {
      "buffer": "e1dab85b60292f6b5b3455c58dfff1c8af6f290018de7ab7b7b2561a80593a73",
      "bytesRead": 2842,
    },
    {
      "buffer": "48d9ceeaa3b22354541b11a4731030d0fcbc20b7cd441e35fbed6cfe9d69232c",
      "bytesRead": 413,
    },
    {
      "buffer": "dd601bf8a2d6268b920d82de4e77fdead0db2f85a7d1b8901b30461b1d3decbe",
      "bytesRead": 2508,
    },
    {
      "buffer": "2363452fdf6fd736a8e1c1899b5481feb25a0673a622f31d90b4646f7ab7a82f",
      "bytesRead": 485,
    },
    {
      "buffer": "b9491213700314924488825a54690739af2a4fd230069a9d4a1f6782e2312055",
      "bytesWritten": 1207,
    },
    {
      "buffer": "c4c6e2f680e4b2a25d3b1d4a98068db6381110e42c56e17c2032e168a02cf2e2",
      "bytesRead": 1381,
    },
    {
      "buffer": "0f80319d3f999fcb8297589291aeb7e87acb269bcf69a79e457e06f4f8210848",
      "bytesRead": 1310,
    },
    {
      "buffer": "cdd5862718957743bfe0ad264231535eeb45f8ec08137b69d1c0c036b9d93d7b",
      "bytesRead": 726,
    },
    {
      "buffer": "7985cad53a613a4ef3a440b06978cc5982b92f602479244c8a761c0ee321ec48",
      "bytesRead": 2121,
    },
    {
      "buffer": "55ff92448ec85dc5fa137297c3bf2cebb2f874d6807ebf08b06973332ef377c5",
      "bytesRead": 893,
    },
    {
      "buffer": "909379d0357fa759764791b9b01154a373cf7f28eaa89c1c56d0921992ea2fcb",
      "bytesRead": 1951,
    },
    {
      "buffer": "161f370d21346da519786093a947ccf75eda016651be732d9567f26e9cdc9c8d",
      "bytesRead": 2108,
    },
    {
      "buffer": "b82b71e0fc649878513f75b6d095d0f67345abd33d79e1e28b9dafe444a8f5b8",
      "bytesRead": 1138,
    },
    {
      "buffer": "ef32a90372f608bf02bc73dfd93c7d46325973f0b2f929c1601b765cadbf12c2",
      "bytesRead": 1031,
    },
    {
      "buffer": "725c8976ca74674628efa555065b89914e1472c55008935a2f365a9c693b4601",
      "bytesRead": 1233,
    },
    {
      "buffer": "22c85253ad008265461e75d94ea45b814d2f42a88be1b469696472dafc866ed3",
      "bytesRead": 434,
    },
    {
      "buffer": "25ea02c70830425be1edb876baeadee0c1c563739a4cff885521c61a61b58ac2",
      "bytesWritten": 1987,
    },
    {
      "buffer": "5f2c5b27ea5f265adb7a411930294f387c9a008192f7d83867c92e0245f3901e",
      "bytesWritten": 2323,
    },
    {
      "buffer": "17457b7a05523b58a972240b153ec1a33b42b8c3f0af0b0ece3742adad0a16ea",
      "bytesRead": 568,
    },
    {
      "buffer": "445f1872ddd29b47ad0752db2a055ca5aba7a926821b6d01d6eb5167a88b29be",
      "bytesWritten": 2449,
    },
    {
      "buffer": "3432825608fe62e4987e0b67b95a88401912abad5b729a1e6cd4a2de413b248d",
      "bytesRead": 281,
    },
    {
      "buffer": "b8cded1285461058f77d82c8f376bbb43a5a5d7f6c301fa71d612691a5e99daf",
      "bytesRead": 2521,
    },
    {
      "buffer": "472d7589bf4ec4da5450f44e19d1d8dedbef5621ccae044935be3ec4882d01e8",
      "bytesRead": 2727,
    },
    {
      "buffer": "5354b75e48952c23a93beaa69bed452e8fd3b4dcf2f4600925d8b6a073790a4c",
      "bytesWritten": 1367,
    },
    {
      "buffer": "1f0f158327c8e0e99c73b76a039e0a95a3cee746b4cba86aa14e01e8297ac981",
      "bytesRead": 712,
    },
    {
      "buffer": "e8521b3a9aa0144a06ddef1452c64cda5cae1ebbe1b0bae46316338073efefd3",
      "bytesRead": 612,
    },
    {
      "buffer": "c59dcb0dfcd44d5e947e1c111caeb500d3c17be608176150e0adb76e4f099c73",
      "bytesRead": 1120,
    },
    {
      "buffer": "552ddb1d83ce80b77fb09d4e672bf9986cb5c65836b641d50cbf3acb4fa2d7be",
      "bytesWritten": 1693,
    },
    {
      "buffer": "93a140c3765b9d7e244e7f02872430bbd3e5bc57fa5b026870d9befc63e6c216",
      "bytesRead": 2871,
    },
    {
      "buffer": "9f956c7afc8c4b3e7e242f91bbfc20e673998d029ef5193d6594bf3ef4089d88",
      "bytesWritten": 802,
    },
    {
      "buffer": "02891ae4e253c0a4809f8e258b5bf667993e22fd96836c7fe447726d9372d81d",
      "bytesWritten": 832,
    },
    {
      "buffer": "7d0a0ab4475b35c5efb829a88ab23ad0a3beb5d76531ed1b3c409f3ba65fd5c5",
      "bytesWritten": 2882,
    },
    {
      "buffer": "2369a59e8bf423e83065e34e5f0b0db6dc48c852ceac38a67b0178dd6d75f803",
      "bytesWritten": 1511,
    },
    {
      "buffer": "ec922a0631ee22e01580ffeb71dcabb4bd63a27033c981821839fd989fe45d0d",
      "bytesWritten": 1346,
    },
    {
      "buffer": "746e19655a886f8106b3a62aec48e660b23bf303b4701cb3e24c9b55a32b44cb",
      "bytesRead": 1029,
    },
    {
      "buffer": "cd21ff13c4b1efe0ac8ef7db3d09103eeb6eacd8618d065425bc4e5e1f9d603a",
      "bytesWritten": 958,
    },
    {
      "buffer": "d02c012cf4d654b05fd3b3c18152b4c0fc928728ceb4acbdb60518967299e03e",
      "bytesRead": 2289,
    },
    {
      "buffer": "9a5f3ff6dc1942b61d02a59d7d1e71a6e17f02b34fd29eb8002b3da5ad705331",
      "bytesRead": 1497,
    },
    {
      "buffer": "7cdea4b16e82055c50cbdc6d15e0887abb40fd6840dbee08b7d100a8ec52cb58",
      "bytesRead": 2358,
    },
    {
      "buffer": "474f520383f1bb1e70d780d000844a18623db9b0e7106c28292c2e08d099ceb2",
      "bytesWritten": 2530,
    },
    {
      "buffer": "980f282ed4d1157b7ae6d71315f95c8080d48a718b8fbca87faba280af5a9ac8",
      "bytesRead": 1557,
    },
    {
      "buffer": "346d4c7b57852f9da2bf810a9cdf11facbc6059726f32a44696e9c814f16c62b",
      "bytesWritten": 1482,
    },
    {
      "buffer": "c87fd394d6c4b5a198706a1aa1cfb0adfe0b219632c63e6827f2e1a19d320f7e",
      "bytesRead": 1351,
    },
    {
      "buffer": "43020bc1f890142c9414ccacaea2a7372242b998c78d9b19a6eada8b440618ec",
      "bytesRead": 1171,
    },
    {
      "buffer": "7417955ceed895a8dbb84db426b73a68322ac5d4362b56637a175885d0bc09fb",
      "bytesRead": 2012,
    },
    {
      "buffer": "b52d8732644a1cbf230c00ea86c892b5a874c240f54e157b7de644680b791336",
      "bytesWritten": 788,
    },
    {
      "buffer": "88bcc1b65d99a23edc9f059672ac48af1140ee673dd234e99a4e8d38c5d2ac93",
      "bytesRead": 908,
    },
    {
      "buffer": "8a1e9199312c67dfb1396854e2218847c958b0fee3a4babe29317bab41e94148",
      "bytesRead": 1489,
    },
    {
      "buffer": "d9ab19e4f2a8b507f026972b99144935d44cec3e0d6e2cb4203a2edb97bc446b",
      "bytesRead": 1289,
    },
    {
      "buffer": "d961c5a9f226015b58fe7dacb9a0fdd5b4b15e983bf77281b3b40c36fa68c616",
      "bytesWritten": 2016,
    },
    {
      "buffer": "899f00791760da4b6f6e618209dc59d16cdfbc64a4449ad608558b5fb802f505",
      "bytesWritten": 2055,
    },
    {
      "buffer": "a72b642134ecbf61d131127983d4cd3537c0613dfb94055339651dddfcbf3168",
      "bytesWritten": 1676,
    },
    {
      "buffer": "e92d8442641e8a9d4dd81c2b16af22a184aca2f2871cb37779695b3e5acab3f7",
      "bytesWritten": 247,
    },
    {
      "buffer": "94574aaa9c7385bf455f2cb839fdeeb9353c14b4ee8e15c870f0ce77e64b5f35",
      "bytesRead": 198,
    },
    {
      "buffer": "452e55abc0008f0e730f9fe8f2973c205295ee274b314890d1af173c2db18bcf",
      "bytesWritten": 421,
    },
    {
      "buffer": "bc9c6dcc435644bc028dbe0065411d7e00b32eaa04cbd35dcc07e331bbb3537e",
      "bytesRead": 623,
    },
    {
      "buffer": "acce1d905568978778dd3e23ae1ef496091e878de1c3fa64f915438acdc377db",
      "bytesRead": 1637,
    },
    {
      "buffer": "0618cdf89263e9c1ee55adc029b53e56a0a7bf46d36399ae9124e4787b7abfab",
      "bytesWritten": 1062,
    },
    {
      "buffer": "88fca033dc50a46e8b15ed97e39a6eee59744b729c37a5271b38f27bf40a231f",
      "bytesWritten": 1432,
    },
    {
      "buffer":
        "136,145,62,30,76,183,176,93,93,172,88,84,42,74,165,208,249,132,146,103,107,105,250,66,138,144,219,236,115,153,146,46,146,176,151,190,96,51,39,35,137,105,102,52,225,65,67,83,229,252,63,125,215,75,101,14,55,50,147,102,205,227,121,26,238,248,185,53,32,19,247,148,180,158,208,29,246,62,52,15,150,221,29,39,113,216,242,246,78,128,140,149,228,167,123,183,242,68,209,126,230,42,134,37,131,21,181,192,247,49,94,186,15,7,97,58,0",
      "bytesRead": 116,
    },
    {
      "buffer": "1aa63bfed12517372590f6b54916b4c6c647a0cbb8a7c7833ad63562ec46e793",
      "bytesRead": 2485,
    },
    {
      "buffer": "fe11078064ee4e098eb30767bcad2983ee1b325b13ddad68b69c84b234fae0c4",
      "bytesRead": 1761,
    },
    {
      "buffer": "3632685b816b967f10f72de6dcd4238e972ce08caaa8b88b698d80e1e7d0c6d2",
      "bytesRead": 189,
    },
    {
      "buffer": "79fa9c0bca35938bbf010b6a8f9e5493ed5ad50fcd89526a212f3115f8459b46",
      "bytesWritten": 1998,
    },
    {
      "buffer": "39f786b478d097d2f8f2bb4f6e20c58bef0f1dd83f4e520466ff029734037683",
      "bytesRead": 2927,
    },
    {
      "buffer": "834fbfa4f55746a29d59a53a11109c56cd3cb179f48fce30132037fa7623604d",
      "bytesRead": 829,
    },
    {
      "buffer": "121ca83de32eb4c5316163d9a002d8d7d2548775a680980fb6c68d2091c2851d",
      "bytesRead": 622,
    },
    {
      "buffer": "a5029f828c14b900d246e4d324a0944d8b453c9da28ec2b99bab17f655985117",
      "bytesWritten": 2495,
    },
    {
      "buffer": "1615db6323d7af1aac6d766db98dcd8a952eea122d03f76b53c8222cd4b19d81",
      "bytesWritten": 1974,
    },
    {
      "buffer": "97a63a55436491e083f414733d583d6e4cac39c4520e18f8480ebb5af8b8b65d",
      "bytesWritten": 402,
    },
    {
      "buffer": "82954aaece555d7b42dbf1399543dcdcac4e8f81f032e7c7a8ddae2f15ff021e",
      "bytesWritten": 1577,
    },
    {
      "buffer": "727f0f84ebcf8d268159d6937a75647050096efa8ec49f599f25fb7a9903ad96",
      "bytesWritten": 2101,
    },
    {
      "buffer": "d20615f673a830c26ab3a4b79fe07bd1d729877fea10679d1b6688f9e4e0f1d4",
      "bytesWritten": 1339,
    },
    {
      "buffer": "ac73e1338af1aa3d76a6dc484e2b14b0a3ba8aff6acd6817fba0d8bc7befda72",
      "bytesWritten": 1591,
    },
    {
      "buffer": "5895de07ec3c8a0d5f72c96abc12551a57ee18549a50cda04545fd63ac01d19e",
      "bytesWritten": 2662,
    },
    {
      "buffer": "19e5927f9139756675e71a440994fca0ffe085211c681ae24f9b2d89151a8dab",
      "bytesRead": 2321,
    },
    {
      "buffer": "2d486306ba8c7142dc9d8d9533f4a7cddace6f8e2a8d44191e28084f1009f8c9",
      "bytesRead": 302,
    },
    {
      "buffer": "0ac8388c05e2f437087f40c2d74f437ef32b64932ad032679134fb3e78dd2436",
      "bytesWritten": 1947,
    },
    {
      "buffer": "5e74c688db668ad7cb033fd3243779a017b78db32eae90e7def40b676386843a",
      "bytesRead": 883,
    },
    {
      "buffer": "979db38122cdb0ad49e473a390c74d5d52bb4c981d6843464deb6666e02c2e13",
      "bytesRead": 302,
    },
    {
      "buffer": "9cddf3eeb056d93138a0ed92eda65257b7812e48a9805d611efa41de60349d5f",
      "bytesWritten": 2357,
    },
    {
      "buffer": "f33d1c861fe8e057d72ce272f3469b08b8f93358d82d891673500954acafc6f6",
      "bytesRead": 800,
    },
    {
      "buffer": "6fe45b786cea2c4eddcf978b742146c2c5070166446ebdc3740142563b5de871",
      "bytesWritten": 861,
    },
    {
      "buffer": "b406e07fada1662dd59f82f7488e562fffcc18223e7d156b8ebc4f9ffab23624",
      "bytesRead": 441,
    },
    {
      "buffer": "3789017a1d59c1dbc98949c71aa3d9a41a2df2240a9f67c7fdc63f1e11d5d3fb",
      "bytesRead": 2634,
    },
    {
      "buffer": "c51f767a36be0266af14eafba5dab333a558a8050d45eeda9a20e629b22f20d4",
      "bytesRead": 1638,
    },
    {
      "buffer": "ecc853e0dcd63e9136d95d9fae9b1a6741a72d54a1d8aef9d49800444eb5943f",
      "bytesWritten": 1663,
    },
    {
      "buffer": "c127f3b5fc5910e42afc66a1e95b124392e2d7119a72b17fdb525b2dc5e92df5",
      "bytesRead": 2985,
    },
  ],
  "streams of a handle: from the cursor, which they move, or from a start": [
    {
      "buffer": "54,72",
      "bytesRead": 2,
    },
    "90,57,179,164,105,97,240,160,16,175,237,117,119,111,251,4,59,212,232,155,248,165,38,184,6,216,30,123,78,197,127,201,0,67,97,133,125,210,221,130,151,108,213,162,111,115,94,199,123,45,163,72,177,40,0,145,98,80,71,2,54,60,230,173,119,218,66,98,187,51,10,227,106,82,151,31,123,171,84,97,18,131,109,189,8,83,64,40,189,58,144,81,192,249,78,66,18,22,40,43",
    {
      "buffer": "235,178",
      "bytesRead": 2,
    },
    "97,240,160,16,175,237,117,119,111,251,4,59,212,232",
    {
      "buffer": "37,207",
      "bytesRead": 2,
    },
    null,
    {
      "buffer": "117,231",
      "bytesRead": 2,
    },
    null,
    {
      "buffer": "8,212",
      "bytesRead": 2,
    },
    {
      "buffer": "three",
      "bytesWritten": 5,
    },
    {
      "buffer": "c57311147b520870295dc1d6204d76522ce7317700b8462ce5156d30eb4b2a7e",
      "bytesRead": 300,
    },
    "6832039b27b42bf2c2bae1afa3a70e88614a3db1a0373e61d1aedcd372232ba6",
    {
      "buffer": "0,0",
      "bytesRead": 0,
    },
    "",
    {
      "buffers": [],
      "bytesWritten": 0,
    },
    {
      "buffer": "",
      "bytesWritten": 0,
    },
  ],
  "createReadStream 0 {}": {
    "events": [
      "open",
      "ready",
      "data",
      "end",
      "close",
    ],
    "seen": 100000,
    "hash":
      "1355464373,2059022057,1612238785,1294454461,2014531570,-1087876327,2085039329,212732769,1711954496,977103029,-572068914,-1828516503,1222559874,-154420459,-611806148,-893718390,-543367232,-2142615786,758041834,1359449230,1250010044,-1033949275,10580159,2074358212,1489565834,215923175,777764259,-2050798432,-1033311754,999193228,-1978262081,664216598,710416464,-1023377332,-1549845790,-1906666563,713132914,-2133796338,-1933643644,-311159354,-1736705876,-2062872051,-1502735204,191367405,821517463,-1966640330,-1884093208,2028281685,1469178615,-919076352,106637337,691996400,422183677,-753602903,-1227297196,1109173567,737244143,-832930691,-1736624910,1339278685,-2004813461,-841425338,-1431131602,-1143602289",
  },
  'createReadStream 1 {"start":10,"end":5000}': {
    "events": [
      "open",
      "ready",
      "data",
      "end",
      "close",
    ],
    "seen": 4991,
    "hash":
      "638503323,1269641875,1481967410,-608074951,-1469348958,-1060293138,1843617731,97920815,1981293676,-1223193483,1464010854,2044953820,973006604,622810743,974500013,223580742,139584841,-1083531331,281301387,2114468798,-1347920375,496238792,1599435486,-1192176685,365706274,589319056,-1978240352,-1938054992,-1750635172,755584299,-1257903727,1368673448,-711206175,-104048691,1317523142,-1287933236,1075405997,1344021551,1711203831,1742809053,2071115730,-819581677,169444573,-847459859,516580443,-165794550,-462932262,1796269597,452398887,-907587718,-2064682901,1412773349,-1253900356,-251740996,-1869592354,-1482375071,254698748,145667760,2022555275,1041513273,-1916840011,1753994675,528998422,136217162",
  },
  'createReadStream 2 {"start":100000}': {
    "events": [
      "open",
      "ready",
      "end",
      "close",
    ],
    "seen": 0,
    "hash": "",
  },
  'createReadStream 3 {"start":99999,"end":200000}': {
    "events": [
      "open",
      "ready",
      "data",
      "end",
      "close",
    ],
    "seen": 1,
    "hash": "240",
  },
  'createReadStream 4 {"highWaterMark":100,"end":999}': {
    "events": [
      "open",
      "ready",
      "data",
      "end",
      "close",
    ],
    "seen": 1000,
    "hash":
      "-1286869911,-937570164,609182979,-274525719,-494761359,-873455292,136258013,-1973411435,680564820,-260817256,-1240891456,-398826227,1753140058,-33076737,912530795,1793295760,-464567520,-2034416967,247654323,-594935055,383272063,-1720121498,102898940,1730268981,447968562,-1251360482,-1071678849,1899075395,15148616,536923263,1287085059,146672036,-671844193,-1129733590,-236767018,-2889409,1026521115,-1142163830,1731208583,1741714468,-885373615,1823305926,-929287893,626908207,1699975952,-734471995,74190113,1561439113,186985923,-54510506,-1679344284,1178406325,-1761512694,-183290239,-1297132651,848345384,982756263,-376663469,1614487640,1198539430,1114481036,-1504356944,-1949672446,-490675409",
  },
  "createReadStream 5 {}": {
    "events": [
      "open",
      "ready",
      "data",
      "close",
    ],
  },
  "createReadStream 6 {}": {
    "events": [
      "open",
      "ready",
      "data",
      "error mine",
      "close",
    ],
  },
  "createWriteStream 0 {}": [
    [
      "open",
      "ready",
      "finish",
      "close",
    ],
    "9e76beddb8fb16aa812579cfb2f17bc47b3c2e0de8c109813ba4c3ba11269a1c",
  ],
  'createWriteStream 1 {"start":100}': [
    [
      "open",
      "ready",
      "finish",
      "close",
    ],
    "45762d34987f8a390988d87f64252ceaee5672d9b0bfc85cbcf2d6a251267f31",
  ],
  'createWriteStream 2 {"start":5000}': [
    [
      "open",
      "ready",
      "finish",
      "close",
    ],
    "ddc14ccb4c50bde51176d867f826e63b334137be1d90630e6fc4a58d6e215567",
  ],
  'createWriteStream 3 {"start":0}': [
    [
      "open",
      "ready",
      "finish",
      "close",
    ],
    "b80d832725c26ebb0eb42fb744b4de523fffe7d4a51d733e523d74527ca52bef",
  ],
  "createWriteStream 4 {}": [
    [
      "open",
      "ready",
      "close",
    ],
    "9e76beddb8fb16aa812579cfb2f17bc47b3c2e0de8c109813ba4c3ba11269a1c",
  ],
  "createWriteStream 5 {}": [
    [
      "open",
      "ready",
      "error mine",
      "close",
    ],
    "9e76beddb8fb16aa812579cfb2f17bc47b3c2e0de8c109813ba4c3ba11269a1c",
  ],
};
